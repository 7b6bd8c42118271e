-- What the interpreter can do in an image: compute, format, read files, read the console.

local function count_words(lines)
  local words, total = {}, 0
  for line in lines do
    for word in line:gmatch("%a+") do
      word = word:lower()
      words[word] = (words[word] or 0) + 1
      total = total + 1
    end
  end
  local ranked = {}
  for word in pairs(words) do ranked[#ranked + 1] = word end
  table.sort(ranked, function(a, b)
    if words[a] ~= words[b] then return words[a] > words[b] end
    return a < b
  end)
  return words, ranked, total
end

local function report(name, lines)
  local words, ranked, total = count_words(lines)
  print(("%s: %d words, %d different"):format(name, total, #ranked))
  for i = 1, math.min(3, #ranked) do
    print(("  %-8s %3d  %5.1f %%"):format(ranked[i], words[ranked[i]], 100 * words[ranked[i]] / total))
  end
end

print(("Hello from %s"):format(_VERSION))

if arg[1] == "-" then
  report("standard input", io.lines())
else
  report("/poem.txt", io.lines("/poem.txt"))
end

local primes, sieve = {}, {}
for n = 2, 100 do
  if not sieve[n] then
    primes[#primes + 1] = n
    for m = n * n, 100, n do sieve[m] = true end
  end
end
print(("%d primes below 100, the last is %d"):format(#primes, primes[#primes]))
print(("2^53 = %d, pi = %.6f, 7 // 2 = %d"):format(2^53, math.pi, 7 // 2))

local worker = coroutine.wrap(function(...)
  local sum = 0
  for _, n in ipairs({...}) do sum = sum + n; coroutine.yield(sum) end
end)
print("running sums: " .. worker(1, 2, 3) .. " " .. worker() .. " " .. worker())

local ok, message = pcall(function() return nil + 1 end)
print("a caught error: " .. tostring(ok) .. ", " .. message)

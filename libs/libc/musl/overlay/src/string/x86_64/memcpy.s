# Forward, in words. Whatever is no whole word at the end is covered by a last one, which overlaps those before and is
# read before anything is written: so memmove() can come here, too, where bytes go to lower addresses.
.global memcpy
.global __memcpy_fwd_alias_1
.hidden __memcpy_fwd_alias_1
.type memcpy,@function
memcpy:
__memcpy_fwd_alias_1:
	mov %rdi,%rax
	cmp $8,%rdx
	jb 2f
	mov -8(%rsi,%rdx),%r8
	lea -1(%rdx),%rcx
	lea -8(%rdi,%rdx),%rdx
	shr $3,%rcx
	rep
	movsq
	mov %r8,(%rdx)
1:	ret
2:	test %edx,%edx
	jz 1b
3:	movsb
	dec %edx
	jnz 3b
	ret
.size memcpy,.-memcpy

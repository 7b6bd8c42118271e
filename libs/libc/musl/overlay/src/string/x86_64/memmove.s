# To higher addresses of the same memory: from the end on, in words, then what is left at the beginning.
.global memmove
.type memmove,@function
memmove:
	mov %rdi,%rax
	sub %rsi,%rax
	cmp %rdx,%rax
.hidden __memcpy_fwd_alias_1
	jae __memcpy_fwd_alias_1
	mov %rdi,%rax
	mov %rdx,%rcx
	lea -8(%rdi,%rdx),%rdi
	lea -8(%rsi,%rdx),%rsi
	shr $3,%rcx
	std
	rep
	movsq
	add $7,%rdi
	add $7,%rsi
	mov %edx,%ecx
	and $7,%ecx
	rep
	movsb
	cld
	ret
.size memmove,.-memmove

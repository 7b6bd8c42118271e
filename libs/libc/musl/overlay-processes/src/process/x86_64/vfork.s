# vfork() as libs/posix/processes/include/vfork_frame.h says: the calling thread becomes the child, and is the parent
# again, in the same place, when the child execs or ends. The return address is kept away from the stack, where the
# child's calls overwrite it.

.global vfork
.type vfork, @function
vfork:
	pop %rdx
	mov %rsp, %rcx
	push %rax                   # aligns the stack
	push %rdx
	push %rcx
	push %r15
	push %r14
	push %r13
	push %r12
	push %rbp
	push %rbx
	lea resume(%rip), %rax
	push %rax
	mov %rsp, %rdi
	call sys_vfork
	mov 64(%rsp), %rdx
	add $80, %rsp
	push %rdx
	mov %rax, %rdi
	jmp __syscall_ret

# Takes the frame in %rdi and what vfork() is to return in %rsi.
.type resume, @function
resume:
	mov 8(%rdi), %rbx
	mov 16(%rdi), %rbp
	mov 24(%rdi), %r12
	mov 32(%rdi), %r13
	mov 40(%rdi), %r14
	mov 48(%rdi), %r15
	mov 64(%rdi), %rdx
	mov 56(%rdi), %rsp
	push %rdx
	mov %rsi, %rdi
	jmp __syscall_ret

.hidden sys_vfork
.hidden __syscall_ret

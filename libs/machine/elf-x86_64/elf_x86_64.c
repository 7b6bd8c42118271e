/* System V ABI, AMD64 supplement: 4.1.1 "Machine Information", 4.4.1 "Relocation Types". */
#include <elf_machine.h>

const uint16_t elf_machine = 62; /* EM_X86_64 */
const uint64_t elf_relative = 8; /* R_X86_64_RELATIVE */

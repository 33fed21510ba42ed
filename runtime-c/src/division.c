/* division.c: what a faulting x86-64 division divided by.
 * Encoding: [66] [REX] F6|F7 modrm [sib] [displacement], with 6 (div) or 7 (idiv) in modrm's middle. */
#include "tf_trap.h"

#if defined(__x86_64__)
#include <string.h>

typedef struct prefixes {
    bool is_narrow; /* 66 */
    uint8_t rex;
} prefixes;

static int32_t signed_at(const uint8_t *bytes) {
    int32_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

/* The address that modrm (at `bytes`) names; it isn't a register. */
static uint64_t operand_address(const uint8_t *bytes, uint8_t rex, const uint64_t registers[16]) {
    uint8_t mode = bytes[0] >> 6, base = bytes[0] & 7;
    const uint8_t *rest = bytes + 1;
    uint64_t address = 0;
    if (base == 4) {
        uint8_t sib = *rest++, index = ((sib >> 3) & 7) | (rex & 2) << 2;
        base = sib & 7;
        if (index != 4) address += registers[index] << (sib >> 6);
        if (base == 5 && mode == 0) return address + (uint64_t)signed_at(rest);
    } else if (base == 5 && mode == 0) {
        return (uint64_t)(uintptr_t)(rest + 4) + (uint64_t)signed_at(rest); /* relative to the next instruction */
    }
    address += registers[base | (rex & 1) << 3];
    if (mode == 1) address += (uint64_t)(int8_t)*rest;
    if (mode == 2) address += (uint64_t)signed_at(rest);
    return address;
}

bool tf_division_by_zero(const uint8_t *instruction, const uint64_t registers[16]) {
    prefixes found = {0};
    while (*instruction == 0x66 || (*instruction & 0xF0) == 0x40) {
        if (*instruction == 0x66) {
            found.is_narrow = true;
        } else {
            found.rex = *instruction;
        }
        instruction++;
    }
    size_t size = *instruction == 0xF6 ? 1 : found.rex & 8 ? 8 : found.is_narrow ? 2 : 4;
    uint8_t modrm = instruction[1];
    uint64_t divisor = 0;
    if (modrm >> 6 == 3) {
        uint8_t number = (modrm & 7) | (found.rex & 1) << 3;
        /* Without REX, byte registers 4 to 7 are the second bytes of the first four. */
        if (size == 1 && !found.rex && number >= 4) return (uint8_t)(registers[number - 4] >> 8) == 0;
        divisor = registers[number];
    } else {
        memcpy(&divisor, (const void *)(uintptr_t)operand_address(instruction + 1, found.rex, registers), size);
    }
    return size == 8 ? divisor == 0 : (divisor & ((UINT64_C(1) << 8 * size) - 1)) == 0;
}
#endif

/* payload.c: finding the payload, and whether it is whole. */
#include "tf_payload.h"

#include <elf.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>

#include "tf_abi.h"
#include "tf_program.h"

/* What tfc looks for in the program that it is about to give a payload: one of another build would misunderstand it.
 * StandaloneProgram.swift makes the same bytes. */
typedef struct marker {
    char magic[24];
    uint32_t version, abi, api_bytes, code_bytes;
} marker;

__attribute__((used, retain)) static const marker own_marker = {
    "terrafirma standalone 1", TF_PAYLOAD_VERSION, TF_ABI_VERSION, sizeof(tf_api), sizeof(tf_code_exports)};

/* The program headers, where the kernel put them. */
typedef struct headers {
    const Elf64_Phdr *first;
    size_t count;
} headers;

/* Whether [address, address + bytes) lies in what a segment of exactly these permissions has of the file. */
static bool is_mapped(headers headers, uint64_t address, uint64_t bytes, uint32_t flags) {
    for (size_t i = 0; i < headers.count; i++) {
        const Elf64_Phdr *each = &headers.first[i];
        if (each->p_type != PT_LOAD || each->p_flags != flags || address < each->p_vaddr) continue;
        uint64_t at = address - each->p_vaddr;
        if (at <= each->p_filesz && bytes <= each->p_filesz - at) return true;
    }
    return false;
}

static uint64_t checksum(const uint8_t *bytes, uint64_t count) {
    uint64_t sum = UINT64_C(0x7466), word;
    for (uint64_t i = 0; i + 8 <= count; i += 8) {
        memcpy(&word, bytes + i, 8);
        sum = (sum ^ word) * UINT64_C(0x9E3779B97F4A7C15);
        sum ^= sum >> 29;
    }
    return sum;
}

/* What a file that was cut short lacks is mapped all the same, and ends the process when it is touched. Where there is
 * no /proc, nobody can say. */
static bool is_whole_file(const tf_payload *payload) {
    struct stat status;
    return stat("/proc/self/exe", &status) != 0 || (uint64_t)status.st_size == payload->file_bytes;
}

static const char *problem_of(headers headers, const tf_payload *payload) {
    const uint64_t head = offsetof(tf_payload, version), start = (uint64_t)(uintptr_t)payload;
    if (memcmp(payload->magic, TF_PAYLOAD_MAGIC, sizeof payload->magic) != 0) return "its module is damaged";
    if (!is_whole_file(payload)) return "its file is not whole";
    if (payload->version != TF_PAYLOAD_VERSION || payload->abi != TF_ABI_VERSION)
        return "its module was made for another version";
    if (payload->table_bytes < sizeof *payload || payload->table_bytes > UINT32_MAX ||
        payload->names_bytes > UINT32_MAX || payload->table_bytes % 8 != 0 ||
        !is_mapped(headers, start, payload->table_bytes + payload->names_bytes, PF_R) ||
        !is_mapped(headers, payload->image, payload->image_bytes, PF_R) ||
        !is_mapped(headers, payload->text, payload->text_bytes, PF_R | PF_X) ||
        payload->attach < payload->text || payload->attach - payload->text >= payload->text_bytes)
        return "its module is damaged";
    if (checksum((const uint8_t *)payload + head, payload->table_bytes - head) != payload->checksum)
        return "its module is damaged";
    if (payload->level > (uint64_t)tf_processor_level())
        return "its code was optimized for a newer processor than this";
    return NULL;
}

const tf_payload *tf_payload_find(const char **problem) {
    headers headers = {(const Elf64_Phdr *)getauxval(AT_PHDR), getauxval(AT_PHNUM)};
    for (size_t i = 0; i < headers.count; i++) {
        const Elf64_Phdr *each = &headers.first[i];
        if (each->p_type != TF_PAYLOAD_HEADER) continue;
        *problem = "its module is damaged";
        if (each->p_vaddr % 8 != 0 || !is_mapped(headers, each->p_vaddr, sizeof(tf_payload), PF_R)) return NULL;
        const tf_payload *payload = (const tf_payload *)(uintptr_t)each->p_vaddr;
        *problem = problem_of(headers, payload);
        return *problem ? NULL : payload;
    }
    *problem = "it has no module; tfc compile --emit executable makes programs of it";
    return NULL;
}

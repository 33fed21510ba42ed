import CRuntime
import Glibc

/// How large the stack frames of compiled functions are, read from where they are made.
///
/// A frame larger than the guard below a stack would let a function write past the guard. The translator bounds the
/// variables it declares, but libtcc adds a slot for every value it puts aside, and never uses most of them again:
/// a body of a megabyte can get a frame of more than a megabyte that way.
enum FrameSize {
    /// Accepted, in bytes: half the guard, so that arguments and the runtime's own frames fit in the rest.
    static let largest = UInt32(TF_STACK_GUARD) / 2

    /// How every function that libtcc makes begins: `push %rbp; mov %rsp,%rbp; sub $size,%rsp`, the size last.
    private static let prologue: [UInt8] = [0x55, 0x48, 0x89, 0xE5, 0x48, 0x81, 0xEC]

    /// The largest frame that any function in some code makes; nil if no function is found there.
    ///
    /// Bytes within an instruction can look like a prologue. That only makes the result larger.
    static func maximum(in code: UnsafeRawBufferPointer) -> UInt32? {
        var largest: UInt32?
        var at = 0
        while let found = next(after: at, in: code) {
            at = found + prologue.count
            guard code.count - at >= 4 else { return .max }
            let size = UInt32(littleEndian: code.loadUnaligned(fromByteOffset: at, as: UInt32.self))
            largest = max(largest ?? 0, size)
        }
        return largest
    }

    private static func next(after start: Int, in code: UnsafeRawBufferPointer) -> Int? {
        guard let base = code.baseAddress else { return nil }
        var at = start
        while code.count - at >= prologue.count, let found = memchr(base + at, Int32(prologue[0]), code.count - at) {
            at = UnsafeRawPointer(found) - base
            if code.count - at >= prologue.count, memcmp(found, prologue, prologue.count) == 0 { return at }
            at += 1
        }
        return nil
    }
}

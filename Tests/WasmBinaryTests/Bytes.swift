import WasmBinary
import WasmModule

/// A module of the sections given.
func module(_ sections: [UInt8]...) -> [UInt8] {
    [0x00, 0x61, 0x73, 0x6D, 0x01, 0x00, 0x00, 0x00] + sections.joined()
}

/// A section, or anything else that its size precedes.
func section(_ id: Section, _ content: [UInt8]) -> [UInt8] {
    [id.rawValue] + leb(UInt64(content.count)) + content
}

func custom(_ name: String, _ content: [UInt8]) -> [UInt8] {
    section(.custom, text(name) + content)
}

func text(_ string: String) -> [UInt8] {
    leb(UInt64(string.utf8.count)) + Array(string.utf8)
}

/// An unsigned number, padded to at least `length` bytes.
func leb(_ value: UInt64, length: Int = 1) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = value
    repeat {
        bytes.append(UInt8(rest & 0x7F) | 0x80)
        rest >>= 7
    } while rest != 0 || bytes.count < length
    bytes[bytes.count - 1] &= 0x7F
    return bytes
}

/// A signed number, padded to at least `length` bytes.
func signedLEB(_ value: Int64, length: Int = 1) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = value
    var isDone = false
    repeat {
        let group = UInt8(truncatingIfNeeded: rest & 0x7F)
        rest >>= 7
        isDone = (rest == 0 && group & 0x40 == 0) || (rest == -1 && group & 0x40 != 0)
        bytes.append(group | 0x80)
    } while !isDone || bytes.count < length
    bytes[bytes.count - 1] &= 0x7F
    return bytes
}

func decode(_ bytes: [UInt8], limits: ImplementationLimits = .init()) throws(DecodeError) -> Module {
    let result: Result<Module, DecodeError> = bytes.withUnsafeBufferPointer { buffer in
        do throws(DecodeError) {
            return .success(try decodeModule(buffer, limits: limits))
        } catch {
            return .failure(error)
        }
    }
    return try result.get()
}

/// Why a module is malformed; nil if it isn't.
func refusal(_ bytes: [UInt8], limits: ImplementationLimits = .init()) -> DecodeError? {
    do throws(DecodeError) {
        _ = try decode(bytes, limits: limits)
        return nil
    } catch {
        return error
    }
}

/// The only instruction in the bytes.
func instruction(_ bytes: [UInt8]) throws(DecodeError) -> Instruction {
    let result: Result<Instruction, DecodeError> = bytes.withUnsafeBufferPointer { buffer in
        var reader = InstructionReader(bytes: buffer, range: 0..<buffer.count)
        do throws(DecodeError) {
            let instruction = try reader.next()
            try reader.finish()
            return .success(instruction)
        } catch {
            return .failure(error)
        }
    }
    return try result.get()
}

/// Why the bytes are no instruction; nil if they are one.
func instructionRefusal(_ bytes: [UInt8]) -> DecodeError? {
    do throws(DecodeError) {
        _ = try instruction(bytes)
        return nil
    } catch {
        return error
    }
}

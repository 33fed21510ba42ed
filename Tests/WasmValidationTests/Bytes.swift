import WasmBinary
import WasmModule
import WasmValidation

/// A module of sections, by id and contents.
///
/// Contents are shorter than 128 bytes or encoded by ``leb(_:)``.
func module(_ sections: (Section, [UInt8])...) -> [UInt8] {
    sections.reduce([0x00, 0x61, 0x73, 0x6D, 0x01, 0x00, 0x00, 0x00]) {
        $0 + [$1.0.rawValue] + leb($1.1.count) + $1.1
    }
}

func leb(_ value: Int) -> [UInt8] {
    value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F) | 0x80] + leb(value >> 7)
}

/// What a body may refer to in ``function(_:type:locals:)``.
///
/// Types: 0 is `() -> ()`, 1 is `(i32) -> (i32, i64)`, 2 is the function's. Functions: 0 is imported, `() -> ()`;
/// 1 is the function itself, exported. Tables: 0 of funcref, 1 of externref. Globals: 0 is i32, 1 mutable i64. A
/// memory. Element segments: 0 of funcref, 1 of externref. A passive data segment.
func function(
    _ body: [UInt8], type: [UInt8] = [0x60, 0, 0], locals: [UInt8] = [0], memory: Bool = true, dataCount: Bool = true
) -> [UInt8] {
    let code = locals + body
    var sections: [(Section, [UInt8])] = [
        (.type, [3, 0x60, 0, 0, 0x60, 1, 0x7F, 2, 0x7F, 0x7E] + type), (.import, [1, 0, 0, 0, 0]), (.function, [1, 2]),
        (.table, [2, 0x70, 0, 1, 0x6F, 0, 1]), (.memory, memory ? [1, 0, 1] : [0]),
        (.global, [2, 0x7F, 0, 0x41, 0, 0x0B, 0x7E, 1, 0x42, 0, 0x0B]), (.export, [1, 1, 0x66, 0, 1]),
        (.element, [2, 1, 0, 1, 1, 5, 0x6F, 0]),
    ]
    if dataCount { sections.append((.dataCount, [1])) }
    sections.append((.code, [1] + leb(code.count) + code))
    sections.append((.data, [1, 1, 1, 0x61]))
    return sections.reduce([0x00, 0x61, 0x73, 0x6D, 0x01, 0x00, 0x00, 0x00]) {
        $0 + [$1.0.rawValue] + leb($1.1.count) + $1.1
    }
}

/// The message for a function of which everything but the body is valid; nil if the body is too.
func message(
    _ body: [UInt8], type: [UInt8] = [0x60, 0, 0], locals: [UInt8] = [0], memory: Bool = true, dataCount: Bool = true
) -> String? {
    refusal(function(body, type: type, locals: locals, memory: memory, dataCount: dataCount))?.message
}

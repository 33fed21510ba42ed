/// Changes one part of a module, and the sizes in front of it, so that what is around stays readable.
///
/// libFuzzer's own changes nearly always break a size, and so everything behind it.
package struct ModuleMutation {
    /// The contents of a section, or of one function body.
    private struct Part {
        var id: UInt8
        var bytes: [UInt8]
    }

    private var header: ArraySlice<UInt8>
    private var sections: [Part]

    /// Nil if the bytes are no sections.
    package init?(_ module: [UInt8]) {
        header = module.prefix(8)
        var rest = module.dropFirst(8)
        sections = []
        while let id = rest.popFirst() {
            guard let bytes = Self.takeSized(&rest) else { return nil }
            sections.append(Part(id: id, bytes: bytes))
        }
        guard !sections.isEmpty else { return nil }
    }

    /// The module with a part changed by `change`, which gets the part and how long it may become.
    ///
    /// The numbers of `choice` are used up from below.
    package mutating func changed(
        choice: UInt32, most size: Int, _ change: (_ part: [UInt8], _ most: Int) -> [UInt8]
    ) -> [UInt8] {
        let (position, rest) = (Int(choice) % sections.count, Int(choice) / sections.count)
        let room = max(0, size - bytes().count - 16)
        let section = sections[position]
        if section.id == 10, rest % 8 != 0, var bodies = Self.bodies(section.bytes) {
            let body = rest / 8 % bodies.count
            bodies[body] = change(bodies[body], bodies[body].count + room)
            sections[position].bytes = Self.leb(bodies.count) + bodies.flatMap { Self.leb($0.count) + $0 }
        } else {
            sections[position].bytes = change(section.bytes, section.bytes.count + room)
        }
        return bytes()
    }

    private func bytes() -> [UInt8] {
        header + sections.flatMap { [$0.id] + Self.leb($0.bytes.count) + $0.bytes }
    }

    /// The function bodies in a code section; nil if it has none.
    private static func bodies(_ section: [UInt8]) -> [[UInt8]]? {
        var rest = section[...]
        guard let count = takeNumber(&rest), count > 0 else { return nil }
        var bodies: [[UInt8]] = []
        for _ in 0..<count {
            guard let body = takeSized(&rest) else { return nil }
            bodies.append(body)
        }
        return bodies
    }

    private static func takeSized(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        guard let size = takeNumber(&rest), size <= rest.count else { return nil }
        defer { rest = rest.dropFirst(size) }
        return Array(rest.prefix(size))
    }

    private static func takeNumber(_ rest: inout ArraySlice<UInt8>) -> Int? {
        var number = 0
        for shift in stride(from: 0, to: 35, by: 7) {
            guard let byte = rest.popFirst() else { return nil }
            number |= Int(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return number }
        }
        return nil
    }

    private static func leb(_ number: Int) -> [UInt8] {
        number < 0x80 ? [UInt8(number)] : [UInt8(number & 0x7F) | 0x80] + leb(number >> 7)
    }
}

extension ModuleMutation {
    /// Changes a module in place for libFuzzer, whose own mutator is `mutate`; returns the new size.
    package static func run(
        _ data: UnsafeMutablePointer<UInt8>, _ count: Int, _ most: Int, seed: UInt32,
        mutate: (UnsafeMutablePointer<UInt8>, Int, Int) -> Int
    ) -> Int {
        guard seed % 16 != 0, var module = ModuleMutation(Array(UnsafeBufferPointer(start: data, count: count)))
        else { return mutate(data, count, most) }
        let result = module.changed(choice: seed / 16, most: most) { part, most in
            var part = part
            let count = part.count
            part += Array(repeating: 0, count: max(1, most) - count)
            let size = part.withUnsafeMutableBufferPointer { buffer in
                buffer.baseAddress.map { mutate($0, count, buffer.count) } ?? count
            }
            return Array(part.prefix(size))
        }
        guard result.count <= most else { return mutate(data, count, most) }
        for (offset, byte) in result.enumerated() { data[offset] = byte }
        return result.count
    }
}

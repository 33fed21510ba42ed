import Testing
import WasmModule
import WasmValidation

/// Type sections that are small for what they ask for; that they are checked at all is the point, since anything
/// that grows with the square of a section would not end.
@Suite("Hostile types")
struct HostileTypesTests {
    private let header: [UInt8] = [0x00, 0x61, 0x73, 0x6D, 0x01, 0x00, 0x00, 0x00]

    private func types(_ count: Int, _ contents: [UInt8]) -> [UInt8] {
        header + section(.type, leb(count) + contents)
    }

    private func section(_ section: Section, _ contents: [UInt8]) -> [UInt8] {
        [section.rawValue] + leb(contents.count) + contents
    }

    /// A type index where an abstract type could be, which is a negative number.
    private func heapType(_ index: Int) -> [UInt8] {
        index < 0x40 ? [UInt8(index)] : [UInt8(index & 0x7F) | 0x80] + heapType(index >> 7)
    }

    /// The sections of one function, of a type that returns what it takes.
    private func returning(_ type: Int) -> [UInt8] {
        section(.function, [1] + leb(type)) + section(.code, [1, 4, 0, 0x20, 0, 0x0B])
    }

    /// An open structure with a supertype.
    private func subtype(of supertype: Int) -> [UInt8] { [0x50, 1] + leb(supertype) + [0x5F, 0] }

    private let root: [UInt8] = [0x50, 0, 0x5F, 0]

    @Test("A type has at most 63 supertypes, one above the other")
    func chain() {
        func chain(_ length: Int) -> [UInt8] {
            types(length + 1, root + (0..<length).flatMap(subtype(of:)))
        }
        #expect(refusal(chain(63)) == nil)
        #expect(refusal(chain(64))?.message == "sub type 64 has too many supertypes: limit 63")
        #expect(refusal(chain(50_000))?.message == "sub type 64 has too many supertypes: limit 63")
    }

    @Test("The last of many types is still a subtype of the first, and of no other")
    func wide() {
        let count = 50_000
        let other: [UInt8] = [0x50, 0, 0x5F, 1, 0x7F, 0]
        let contents: [UInt8] = root + other + (2..<count).flatMap { _ in subtype(of: 0) }
        // (func (param (ref 49999)) (result (ref 0 or 1)) local.get 0)
        func module(result: Int) -> [UInt8] {
            let function: [UInt8] = [0x60, 1, 0x64] + heapType(count - 1) + [1, 0x64] + heapType(result)
            return types(count + 1, contents + function) + returning(count)
        }
        #expect(refusal(module(result: 0)) == nil)
        // All the types between are equal; the message names the first of them.
        #expect(refusal(module(result: 1))?.message == "type mismatch: expected (ref 1), found (ref 2)")
    }

    @Test("Types that each refer to the one before are equal if the chains are")
    func references() {
        // Twice: (struct), (struct (ref null 0)), (struct (ref null 1))…
        let count = 20_000
        func chain(_ start: Int) -> [UInt8] {
            var types: [UInt8] = [0x5F, 0]
            for index in 1..<count {
                types += [0x5F, 1, 0x63]
                types += heapType(start + index - 1)
                types.append(0)
            }
            return types
        }
        // (func (param (ref last)) (result (ref last of the others)) local.get 0)
        let function: [UInt8] = [0x60, 1, 0x64] + heapType(count - 1) + [1, 0x64] + heapType(2 * count - 1)
        let bytes = types(2 * count + 1, chain(0) + chain(count) + function)
        #expect(refusal(bytes + returning(2 * count)) == nil)
    }

    @Test("Large groups that differ in one place only are told apart")
    func groups() {
        let count = 20_000
        /// All types but the last refer to the group's first.
        func group(at start: Int, last: UInt8) -> [UInt8] {
            let reference: [UInt8] = [0x5F, 1, 0x63] + heapType(start) + [0]
            return [0x4E] + leb(count) + (1..<count).flatMap { _ in reference } + [0x5F, 1, last, 0]
        }
        func module(last: UInt8) -> [UInt8] {
            // (func (param (ref 0)) (result (ref 20000)) local.get 0)
            let function: [UInt8] = [0x60, 1, 0x64, 0, 1, 0x64] + heapType(count)
            return types(3, group(at: 0, last: 0x7F) + group(at: count, last: last) + function) + returning(2 * count)
        }
        #expect(refusal(module(last: 0x7F)) == nil)
        #expect(refusal(module(last: 0x7E))?.message == "type mismatch: expected (ref 20000), found (ref 0)")
    }

    @Test("Handlers are nested as deeply as blocks, and no deeper")
    func nesting() {
        func nested(_ depth: Int, _ block: [UInt8]) -> [UInt8] {
            (0..<depth).flatMap { _ in block } + [UInt8](repeating: 0x0B, count: depth + 1)
        }
        for block: [UInt8] in [[0x06, 0x40], [0x1F, 0x40, 0]] {
            #expect(message(nested(50_000, block)) == nil)
            #expect(message(nested(50_001, block)) == "blocks nested too deeply: limit 50000")
        }
    }

    @Test("Unreachable code has the operands of a structure of many fields, again and again")
    func unreachable() {
        let fields = 10_000
        let structure: [UInt8] = [0x5F] + leb(fields) + (0..<fields).flatMap { _ -> [UInt8] in [0x7F, 0] }
        let function: [UInt8] = [0x60, 0, 0]
        func module(_ operands: [UInt8]) -> [UInt8] {
            let new = (0..<100_000).flatMap { _ -> [UInt8] in [0xFB, 0, 0, 0x1A] }
            let body = [0, 0x00] + operands + new + [0x0B]
            return types(2, structure + function) + section(.function, [1, 1])
                + section(.code, [1] + leb(body.count) + body)
        }
        #expect(refusal(module([])) == nil)
        #expect(refusal(module([0x41, 0])) == nil)
        #expect(refusal(module([0x42, 0]))?.message == "type mismatch: expected i32, found i64")
    }

    @Test("A table of branches, or a list of clauses, names labels of a thousand subtypes many times")
    func labels() {
        // 0 and 1: structures, the second a subtype; 2 and 3: a thousand results of each; 4: as many parameters.
        func list(_ type: [UInt8]) -> [UInt8] { leb(1000) + Array([[UInt8]](repeating: type, count: 1000).joined()) }
        var contents: [UInt8] = root + subtype(of: 0)
        contents += [0x60, 0] + list([0x63, 0])
        contents += [0x60, 0] + list([0x6B])
        contents += [0x60] + list([0x63, 1]) + [0]
        func module(_ inner: [UInt8]) -> [UInt8] {
            let body: [UInt8] = [0, 0x02, 2, 0x02, 3] + inner + [0x0B, 0x00, 0x0B, 0x00, 0x0B]
            return types(5, contents) + section(.function, [1, 4]) + section(.tag, [1, 0, 4])
                + section(.code, [1] + leb(body.count) + body)
        }
        let count = 200_000
        var table: [UInt8] = []
        for local in 0..<1000 { table += [0x20] + leb(local) }
        table += [0x41, 0, 0x0E] + leb(count)
        for index in 0...count { table.append(UInt8(index & 1)) }
        #expect(refusal(module(table)) == nil)
        var clauses: [UInt8] = [0x1F, 0x40] + leb(count)
        for index in 0..<count { clauses += [0, 0, UInt8(index & 1)] }
        #expect(refusal(module(clauses + [0x0B, 0x00])) == nil)
    }
}

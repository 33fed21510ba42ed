import WasmModule

/// A recursion group as a list of numbers that is equal for equal groups: references within the group are relative
/// to its start, all others are canonical.
struct GroupWords {
    private(set) var words: [UInt32] = []
    private let start: Int
    private let end: Int

    /// Marks a reference to a type of the group, in the bits that hold an abstract type's code.
    private static let own: UInt32 = 0x01
    private static let mutable: UInt32 = 0x80

    /// Refuses references to types behind the group, and supertypes that don't come before their subtypes.
    ///
    /// `known` holds all types before the group, which starts at `start`.
    init(_ group: ArraySlice<SubType>, at start: Int, in known: borrowing ModuleTypes) throws(TypeFailure) {
        self.start = start
        end = group.endIndex
        for (index, type) in zip(group.indices, group) {
            let head = UInt32(type.kind.rawValue) << 1 | (type.isFinal ? 1 : 0)
            words.append(head)
            try addSupertype(type.supertype, of: index, known)
            switch type.composite {
            case .function(let function):
                words.append(UInt32(function.parameters.count))
                words.append(UInt32(function.results.count))
                for value in function.parameters { try add(value, known) }
                for value in function.results { try add(value, known) }
            case .structure(let fields):
                words.append(UInt32(fields.count))
                for field in fields { try add(field.storage, known, isMutable: field.isMutable) }
            case .array(let field): try add(field.storage, known, isMutable: field.isMutable)
            }
        }
    }

    private mutating func addSupertype(
        _ supertype: TypeIndex?, of index: Int, _ known: borrowing ModuleTypes
    ) throws(TypeFailure) {
        guard let supertype else { return words.append(0) }
        guard supertype.offset < index else { throw TypeFailure(message: "unknown type \(supertype)") }
        if supertype.offset >= start {
            words.append(UInt32(supertype.offset - start + 1) << 1 | 1)
        } else {
            words.append((known.entries[supertype.offset].canonical + 1) << 1)
        }
    }

    private mutating func add(
        _ type: ValueType, _ known: borrowing ModuleTypes, isMutable: Bool = false
    ) throws(TypeFailure) {
        let flag = isMutable ? Self.mutable : 0
        guard let index = type.typeIndex else { return words.append(type.rawValue | flag) }
        guard index.offset < end else { throw TypeFailure(message: "unknown type \(index)") }
        guard index.offset >= start else { return words.append(known.canonical(type).rawValue | flag) }
        let relative = ValueType(reference: TypeIndex(index.offset - start), isNullable: type.isNullable)
        words.append(relative.rawValue | Self.own | flag)
    }
}

/// The recursion groups seen so far, each once.
///
/// Looked up by a hash whose seed nobody outside the process knows; so no module can be made whose groups hash
/// alike.
struct GroupTable {
    /// The words of all groups, one after another.
    private var words: [UInt32] = []
    private var groups: [(words: Range<Int>, start: Int, next: Int)] = []
    /// By hash, the last group that has it; the others follow by `next`.
    private var last: [Int: Int] = [:]

    /// The first type of the equal group that came first; enters the group if there is none.
    mutating func enter(_ group: [UInt32], at start: Int) -> Int {
        var hasher = Hasher()
        group.withUnsafeBytes { hasher.combine(bytes: $0) }
        let hash = hasher.finalize()
        var candidate = last[hash] ?? -1
        while candidate >= 0 {
            if words[groups[candidate].words].elementsEqual(group) { return groups[candidate].start }
            candidate = groups[candidate].next
        }
        let first = words.count
        words += group
        groups.append((first..<words.count, start, last[hash] ?? -1))
        last[hash] = groups.count - 1
        return start
    }
}

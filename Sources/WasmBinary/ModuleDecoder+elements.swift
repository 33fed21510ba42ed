import WasmModule

extension ModuleDecoder {
    /// See <https://webassembly.github.io/spec/core/binary/modules.html#element-section>.
    mutating func elementSection(_ reader: inout ByteReader) throws(DecodeError) {
        let count = try reader.count("element segments", limit: limits.elementSegments)
        module.elements.reserveCapacity(reader.reservable(count))
        for _ in 0..<count { module.elements.append(try elementSegment(&reader)) }
    }

    /// Bit 0: not active; bit 1: with a table index or, if not active, declarative; bit 2: expressions.
    private mutating func elementSegment(_ reader: inout ByteReader) throws(DecodeError) -> ElementSegment {
        let start = reader.position
        let flags = try reader.u32()
        guard flags < 8 else { throw reader.failure("malformed elements segment kind", at: start) }
        let hasExpressions = flags & 4 != 0
        var mode = flags & 2 != 0 ? ElementSegment.Mode.declarative : .passive
        if flags & 1 == 0 {
            let table = TableIndex(flags & 2 != 0 ? try reader.u32() : 0)
            mode = .active(table, offset: try constantExpression(&reader))
        }
        // A function named by its index is never null.
        var type = hasExpressions ? ValueType.funcref : .funcref.nonNull
        if flags & 3 != 0 {
            type = hasExpressions ? try reader.referenceType() : try elementKind(&reader)
        }
        let items = hasExpressions ? try expressions(&reader) : try functions(&reader)
        return ElementSegment(type: type, mode: mode, items: items)
    }

    private func elementKind(_ reader: inout ByteReader) throws(DecodeError) -> ValueType {
        let start = reader.position
        guard try reader.byte() == 0 else { throw reader.failure("malformed element kind", at: start) }
        return .funcref.nonNull
    }

    private func functions(_ reader: inout ByteReader) throws(DecodeError) -> ElementSegment.Items {
        let count = try reader.count("elements", limit: limits.segmentElements)
        var list: [FunctionIndex] = []
        list.reserveCapacity(reader.reservable(count))
        for _ in 0..<count { list.append(FunctionIndex(try reader.u32())) }
        return .functions(list)
    }

    private mutating func expressions(_ reader: inout ByteReader) throws(DecodeError) -> ElementSegment.Items {
        let count = try reader.count("elements", limit: limits.segmentElements)
        var list: [ConstantExpression] = []
        list.reserveCapacity(reader.reservable(count) / 2)
        for _ in 0..<count {
            var expression = try constantExpression(&reader)
            // Rows of nulls share one array.
            if let last = list.last?.instructions, last == expression.instructions { expression.instructions = last }
            list.append(expression)
        }
        return .expressions(list)
    }
}

import WasmModule

// Each value's encoder and, next to it, its decoder, which must agree.

extension ByteEncoder {
    mutating func index(_ index: some ModuleIndex) { number(index.rawValue) }
    mutating func valueType(_ type: ValueType) { number(type.rawValue) }

    mutating func flag(_ flag: Bool) { number(flag ? 1 : 0) }

    mutating func limits(_ limits: Limits) {
        number(limits.minimum)
        optional(limits.maximum) { $0.number($1) }
    }

    mutating func tableType(_ type: TableType) {
        valueType(type.element)
        limits(type.limits)
        flag(type.is64)
    }

    mutating func memoryType(_ type: MemoryType) {
        limits(type.limits)
        flag(type.is64)
        flag(type.isShared)
        number(type.pageSizeExponent)
    }

    mutating func globalType(_ type: GlobalType) {
        valueType(type.value)
        flag(type.isMutable)
    }

    mutating func moduleImport(_ item: Import) {
        text(item.module)
        text(item.name)
        switch item.kind {
        case .function(let type):
            number(0)
            index(type)
        case .table(let type):
            number(1)
            tableType(type)
        case .memory(let type):
            number(2)
            memoryType(type)
        case .global(let type):
            number(3)
            globalType(type)
        case .tag(let type): tagged(4, type)
        }
    }

    mutating func export(_ item: Export) {
        text(item.name)
        switch item.kind {
        case .function(let index): tagged(0, index)
        case .table(let index): tagged(1, index)
        case .memory(let index): tagged(2, index)
        case .global(let index): tagged(3, index)
        case .tag(let index): tagged(4, index)
        }
    }

    private mutating func tagged(_ tag: Int, _ value: some ModuleIndex) {
        number(tag)
        index(value)
    }

    mutating func table(_ table: Table) {
        tableType(table.type)
        optional(table.initializer) { $0.expression($1) }
    }

    mutating func global(_ global: Global) {
        globalType(global.type)
        optional(global.initializer) { $0.expression($1) }
    }

    mutating func expression(_ expression: ConstantExpression) {
        list(expression.instructions) {
            $0.number($1.opcode.rawValue)
            $0.number($1.a)
            $0.number($1.b)
            $0.number($1.bits)
            if $1.opcode == .v128Const { $0.number($1.bits2) }
        }
        number(expression.offset)
    }

    mutating func element(_ segment: ElementSegment) {
        valueType(segment.type)
        switch segment.mode {
        case .passive: number(0)
        case .active(let table, let offset):
            tagged(1, table)
            expression(offset)
        case .declarative: number(2)
        }
        switch segment.items {
        case .functions(let items):
            number(0)
            list(items) { $0.index($1) }
        case .expressions(let items):
            number(1)
            list(items) { $0.expression($1) }
        }
    }

    mutating func data(_ placement: DataPlacement) {
        switch placement.mode {
        case .passive: number(0)
        case .active(let memory, _) where placement.isInImage:
            tagged(2, memory)
            return
        case .active(let memory, let offset):
            tagged(1, memory)
            expression(offset)
        }
        number(placement.bytes.lowerBound)
        number(placement.bytes.count)
    }

    mutating func extent(_ extent: ImageExtent) {
        index(extent.memory)
        number(extent.memoryOffset)
        number(extent.fileOffset)
        number(extent.length)
    }

    mutating func layout(_ layout: InstanceLayout) {
        list(layout.globals) { $0.number($1) }
        for offset in [layout.importedFunctions, layout.memories, layout.tables, layout.tags, layout.references] {
            number(offset)
        }
        list(layout.referenced) { $0.index($1) }
        number(layout.size)
    }
}

extension ByteDecoder {
    mutating func index<T: ModuleIndex>(_ type: T.Type = T.self) throws(DamagedFile) -> T {
        T(try number(UInt32.self))
    }

    mutating func valueType() throws(DamagedFile) -> ValueType { ValueType(rawValue: try number()) }

    mutating func flag() throws(DamagedFile) -> Bool {
        switch try number(UInt8.self) {
        case 0: return false
        case 1: return true
        default: throw DamagedFile()
        }
    }

    mutating func limits() throws(DamagedFile) -> Limits {
        let minimum = try number(UInt64.self)
        return Limits(minimum: minimum, maximum: try optional { d throws(DamagedFile) in try d.number() })
    }

    mutating func tableType() throws(DamagedFile) -> TableType {
        let element = try valueType()
        let limits = try limits()
        return TableType(element: element, limits: limits, is64: try flag())
    }

    mutating func memoryType() throws(DamagedFile) -> MemoryType {
        var type = MemoryType(limits: try limits())
        type.is64 = try flag()
        type.isShared = try flag()
        type.pageSizeExponent = try number()
        return type
    }

    mutating func globalType() throws(DamagedFile) -> GlobalType {
        let value = try valueType()
        return GlobalType(value: value, isMutable: try flag())
    }

    mutating func moduleImport() throws(DamagedFile) -> Import {
        let module = try text()
        let name = try text()
        let kind: ImportKind
        switch try number(UInt8.self) {
        case 0: kind = .function(try index())
        case 1: kind = .table(try tableType())
        case 2: kind = .memory(try memoryType())
        case 3: kind = .global(try globalType())
        case 4: kind = .tag(try index())
        default: throw DamagedFile()
        }
        return Import(module: module, name: name, kind: kind)
    }

    mutating func export() throws(DamagedFile) -> Export {
        let name = try text()
        switch try number(UInt8.self) {
        case 0: return Export(name: name, kind: .function(try index()))
        case 1: return Export(name: name, kind: .table(try index()))
        case 2: return Export(name: name, kind: .memory(try index()))
        case 3: return Export(name: name, kind: .global(try index()))
        case 4: return Export(name: name, kind: .tag(try index()))
        default: throw DamagedFile()
        }
    }

    mutating func table() throws(DamagedFile) -> Table {
        let type = try tableType()
        return Table(type: type, initializer: try optional { d throws(DamagedFile) in try d.expression() })
    }

    mutating func global() throws(DamagedFile) -> Global {
        let type = try globalType()
        return Global(type: type, initializer: try optional { d throws(DamagedFile) in try d.expression() })
    }

    mutating func expression() throws(DamagedFile) -> ConstantExpression {
        let instructions = try list { d throws(DamagedFile) in
            guard let opcode = Opcode(rawValue: try d.number()) else { throw DamagedFile() }
            let (a, b) = (try d.number(UInt32.self), try d.number(UInt32.self))
            let bits = try d.number(UInt64.self)
            let upper = opcode == .v128Const ? try d.number(UInt64.self) : 0
            return Instruction(opcode, a: a, b: b, bits: bits, bits2: upper)
        }
        return ConstantExpression(instructions, offset: try number())
    }

    mutating func element() throws(DamagedFile) -> ElementSegment {
        let type = try valueType()
        let mode: ElementSegment.Mode
        switch try number(UInt8.self) {
        case 0: mode = .passive
        case 1: mode = .active(try index(), offset: try expression())
        case 2: mode = .declarative
        default: throw DamagedFile()
        }
        let items: ElementSegment.Items
        switch try number(UInt8.self) {
        case 0: items = .functions(try list { d throws(DamagedFile) in try d.index() })
        case 1: items = .expressions(try list { d throws(DamagedFile) in try d.expression() })
        default: throw DamagedFile()
        }
        return ElementSegment(type: type, mode: mode, items: items)
    }

    mutating func data() throws(DamagedFile) -> DataPlacement {
        let mode: DataSegment.Mode
        switch try number(UInt8.self) {
        case 0: mode = .passive
        case 1: mode = .active(try index(), offset: try expression())
        case 2: return .inImage(try index())
        default: throw DamagedFile()
        }
        let (start, count) = (try number(Int.self), try number(Int.self))
        let (end, overflow) = start.addingReportingOverflow(count)
        guard !overflow else { throw DamagedFile() }
        return DataPlacement(mode: mode, isInImage: false, bytes: start..<end)
    }

    mutating func extent() throws(DamagedFile) -> ImageExtent {
        let memory = try index(MemoryIndex.self)
        let (offset, file, length) = (try number(Int.self), try number(Int.self), try number(Int.self))
        guard (offset | file | length) % MemoryImage.pageSize == 0 else { throw DamagedFile() }
        return ImageExtent(memory: memory, memoryOffset: offset, fileOffset: file, length: length)
    }

    mutating func layout() throws(DamagedFile) -> InstanceLayout {
        var layout = InstanceLayout()
        layout.globals = try list { d throws(DamagedFile) in try d.number() }
        layout.importedFunctions = try number()
        layout.memories = try number()
        layout.tables = try number()
        layout.tags = try number()
        layout.references = try number()
        layout.referenced = try list { d throws(DamagedFile) in try d.index() }
        layout.size = try number()
        return layout
    }
}

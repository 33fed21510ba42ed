/// Members of `tf_api` and macros of the prelude, as generated code names them.
enum RuntimeName: UInt8 {
    case memoryGrow, tableGet, tableGrow
    case clz4, ctz4, popcnt4, clz8, ctz8, popcnt8, rotl4, rotr4, rotl8, rotr8, mulhs, mulhu
    case divs4, divu4, rems4, remu4, divs8, divu8, rems8, remu8
    case minf, maxf, mind, maxd
    case ceilf, floorf, truncf, nearestf, sqrtf, ceild, floord, truncd, nearestd, sqrtd, copysignf, copysignd
    case i4sf, i4uf, i4sd, i4ud, i8sf, i8uf, i8sd, i8ud
    case t4sf, t4uf, t4sd, t4ud, t8sf, t8uf, t8sd, t8ud
    case f8u, f8s, d8u
    case macroDivideUnsigned4, macroDivideSigned4, macroRemainderUnsigned4
    case macroCount4, macroCount8
    case macroDivideUnsigned8, macroDivideSigned8, macroRemainderUnsigned8

    var spelling: StaticString {
        switch self {
        case .memoryGrow: "A.memory_grow"
        case .tableGet: "A.table_get"
        case .tableGrow: "A.table_grow"
        case .clz4: "A.clz4"
        case .ctz4: "A.ctz4"
        case .popcnt4: "A.popcnt4"
        case .clz8: "A.clz8"
        case .ctz8: "A.ctz8"
        case .popcnt8: "A.popcnt8"
        case .rotl4: "A.rotl4"
        case .rotr4: "A.rotr4"
        case .rotl8: "A.rotl8"
        case .rotr8: "A.rotr8"
        case .mulhs: "A.mulhs"
        case .mulhu: "A.mulhu"
        case .divs4: "A.divs4"
        case .divu4: "A.divu4"
        case .rems4: "A.rems4"
        case .remu4: "A.remu4"
        case .divs8: "A.divs8"
        case .divu8: "A.divu8"
        case .rems8: "A.rems8"
        case .remu8: "A.remu8"
        case .minf: "A.minf"
        case .maxf: "A.maxf"
        case .mind: "A.mind"
        case .maxd: "A.maxd"
        case .ceilf: "A.ceilf"
        case .floorf: "A.floorf"
        case .truncf: "A.truncf"
        case .nearestf: "A.nearestf"
        case .sqrtf: "A.sqrtf"
        case .ceild: "A.ceild"
        case .floord: "A.floord"
        case .truncd: "A.truncd"
        case .nearestd: "A.nearestd"
        case .sqrtd: "A.sqrtd"
        case .copysignf: "A.copysignf"
        case .copysignd: "A.copysignd"
        case .i4sf: "A.i4sf"
        case .i4uf: "A.i4uf"
        case .i4sd: "A.i4sd"
        case .i4ud: "A.i4ud"
        case .i8sf: "A.i8sf"
        case .i8uf: "A.i8uf"
        case .i8sd: "A.i8sd"
        case .i8ud: "A.i8ud"
        case .t4sf: "A.t4sf"
        case .t4uf: "A.t4uf"
        case .t4sd: "A.t4sd"
        case .t4ud: "A.t4ud"
        case .t8sf: "A.t8sf"
        case .t8uf: "A.t8uf"
        case .t8sd: "A.t8sd"
        case .t8ud: "A.t8ud"
        case .f8u: "A.f8u"
        case .f8s: "A.f8s"
        case .d8u: "A.d8u"
        case .macroDivideUnsigned4: "DU4"
        case .macroDivideSigned4: "DS4"
        case .macroRemainderUnsigned4: "RU4"
        case .macroCount4: "K4"
        case .macroCount8: "K8"
        case .macroDivideUnsigned8: "DU8"
        case .macroDivideSigned8: "DS8"
        case .macroRemainderUnsigned8: "RU8"
        }
    }

    /// Whether the function changes something that others can see.
    var isEffect: Bool { self == .memoryGrow || self == .tableGrow }

    /// Whether narrow operands are passed as 64-bit addresses or counts, and so must not carry a sign along.
    var takesAddress: Bool { self == .memoryGrow || self == .tableGrow || self == .tableGet }

    /// Whether the function's first argument is the instance.
    var takesInstance: Bool {
        switch self {
        case .memoryGrow, .tableGet, .tableGrow, .divs4, .divu4, .rems4, .remu4, .divs8, .divu8, .rems8,
            .remu8, .i4sf, .i4uf, .i4sd, .i4ud, .i8sf, .i8uf, .i8sd, .i8ud:
            true
        default: false
        }
    }
}

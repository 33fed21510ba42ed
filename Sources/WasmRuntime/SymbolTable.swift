import CRuntime
import NativeCode
import WasmModule

/// Where a module's functions begin, for backtraces.
///
/// Made when the first trap needs it.
struct SymbolTable: Sendable {
    private struct Entry {
        var address: UInt
        /// Nil for glue between host and guest.
        var function: FunctionIndex?
    }

    private let entries: [Entry]
    private let names: [FunctionIndex: String]

    init(code: LoadedCode, imported: Int, names: [FunctionIndex: String]) {
        let exports = code.exports.pointee
        var entries: [Entry] = []
        for index in 0..<Int(exports.function_count) {
            let address = UInt(bitPattern: exports.functions[index])
            entries.append(Entry(address: address, function: FunctionIndex(imported + index)))
        }
        for index in 0..<Int(exports.type_count) {
            if let enter = exports.enters[index] {
                entries.append(Entry(address: UInt(bitPattern: unsafeBitCast(enter, to: Int.self)), function: nil))
            }
            if let leaf = exports.leaves[index] {
                entries.append(Entry(address: UInt(bitPattern: leaf), function: nil))
            }
        }
        self.entries = entries.sorted { $0.address < $1.address }
        self.names = names
    }

    func frame(at counter: UInt) -> Trap.Frame? {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].address <= counter { low = middle + 1 } else { high = middle }
        }
        guard low > 0, let function = entries[low - 1].function else { return nil }
        return Trap.Frame(function: function, name: names[function], offset: counter - entries[low - 1].address)
    }
}

package import WasmModule

extension InstanceLayout {
    /// Where a function is in `referenced`; nil if it isn't there.
    ///
    /// By bisection of what is sorted anyway: a set would make the first run of a process look for the conformances
    /// that its type needs, which takes longer than a small guest does.
    package func position(of function: FunctionIndex) -> Int? {
        var (low, high) = (0, referenced.count)
        while low < high {
            let middle = (low + high) / 2
            if referenced[middle] < function { low = middle + 1 } else { high = middle }
        }
        return low < referenced.count && referenced[low] == function ? low : nil
    }
}

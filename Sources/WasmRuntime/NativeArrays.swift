/// C arrays that live as long as the object that made them.
///
/// Filled while a module is loaded, read-only afterwards.
final class NativeArrays {
    private var blocks: [UnsafeMutableRawPointer] = []

    /// A copy of the items; nil if there are none.
    func copy<Item: BitwiseCopyable>(_ items: [Item]) -> UnsafePointer<Item>? {
        guard !items.isEmpty else { return nil }
        let block = UnsafeMutablePointer<Item>.allocate(capacity: items.count)
        block.initialize(from: items, count: items.count)
        blocks.append(UnsafeMutableRawPointer(block))
        return UnsafePointer(block)
    }

    /// A copy of the text, as a C string.
    func copy(_ text: String) -> UnsafeMutableRawPointer {
        let bytes = Array(text.utf8.filter { $0 != 0 }) + [0]
        let block = UnsafeMutableRawPointer.allocate(byteCount: bytes.count, alignment: 1)
        block.copyMemory(from: bytes, byteCount: bytes.count)
        blocks.append(block)
        return block
    }

    deinit {
        for block in blocks { block.deallocate() }
    }
}

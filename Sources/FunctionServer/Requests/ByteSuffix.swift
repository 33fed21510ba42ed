extension StringProtocol {
    /// Whether its last bytes are these, which are ASCII.
    ///
    /// `hasSuffix` compares characters, and a dot can be part of one with a letter before it.
    func endsInBytes(_ suffix: StaticString) -> Bool {
        utf8.suffix(suffix.utf8CodeUnitCount).elementsEqual(
            UnsafeBufferPointer(start: suffix.utf8Start, count: suffix.utf8CodeUnitCount))
    }
}

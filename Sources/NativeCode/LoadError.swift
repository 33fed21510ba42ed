/// Why native code on disk could not be loaded.
///
/// The file is to be made anew.
package struct LoadError: Error, Hashable, CustomStringConvertible {
    /// Empty if no file is at fault.
    package var path: String
    package var reason: String

    package init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    package var description: String { path.isEmpty ? reason : "\(path): \(reason)" }
}

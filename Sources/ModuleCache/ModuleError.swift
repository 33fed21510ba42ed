/// What is wrong with a module, or with what we tried to do with it, as its author is to read it.
package struct ModuleError: Error, Hashable, CustomStringConvertible {
    /// The file as it was named.
    package var file: String
    /// Where in the file.
    package var offset: Int?
    /// The function it is in, imports counted.
    package var function: Int?
    package var message: String
    /// What could be done about it.
    package var advice: String?
    /// Whether it is nothing but too slow to compile.
    package var isTimeLimit = false

    package init(
        file: String = "", offset: Int? = nil, function: Int? = nil, message: String, advice: String? = nil
    ) {
        self.file = file
        self.offset = offset
        self.function = function
        self.message = message
        self.advice = advice
    }

    /// The same, of a file of that name.
    func inFile(_ name: String) -> ModuleError {
        var error = self
        error.file = name
        return error
    }

    /// `hello.wasm:0x1f3: function 12: type mismatch (advice)`.
    package var description: String {
        var text = file
        if let offset { text += ":0x" + String(offset, radix: 16) }
        if let function { text += ": function \(function)" }
        text += (text.isEmpty ? "" : ": ") + message
        if let advice { text += " (\(advice))" }
        return text
    }
}

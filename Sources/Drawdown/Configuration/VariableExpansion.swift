/// Replaces `${NAME}` by the value of an environment variable; `$${` stands for `${`.
enum VariableExpansion {
    enum Fault: Error, Equatable {
        case missing(String)
        case malformed(String)

        /// Whether a text is nothing but a reference, so that its name is no part of anything else.
        func isAll(of text: String) -> Bool {
            if case .missing(let name) = self { text == "${\(name)}" } else { false }
        }
    }

    /// Expands a text once: what a variable holds is taken as it is.
    static func expand(
        _ text: String,
        variable: (String) -> String?
    ) throws(Fault) -> String {
        guard text.contains("${") else { return text }
        var result = ""
        var rest = Substring(text)
        while let range = rest.firstRange(of: "${") {
            let literal = rest[..<range.lowerBound]
            result += literal
            if literal.last == "$" {
                result += "{"
                rest = rest[range.upperBound...]
                continue
            }
            let tail = rest[range.upperBound...]
            guard let end = tail.firstIndex(of: "}"), isName(tail[..<end]) else {
                throw .malformed(String(rest[range.lowerBound...].prefix(40)))
            }
            let name = String(tail[..<end])
            guard let value = variable(name) else { throw .missing(name) }
            result += value
            rest = tail[tail.index(after: end)...]
        }
        return result + rest
    }

    private static func isName(_ text: Substring) -> Bool {
        text.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*/) != nil
    }
}

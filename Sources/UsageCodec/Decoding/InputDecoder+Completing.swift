import CSimdJSON
import Credits

extension InputDecoder {
    /// The bytes of a command with an id of its own, in place of one that is absent or null.
    ///
    /// - Parameters:
    ///   - command: what ``decode(_:key:value:headers:timestamp:origin:into:)`` says lacks one.
    ///   - id: any text.
    /// - Returns: the same JSON with that id; nil where it is none.
    public mutating func completing(_ command: [UInt8], commandID id: String) -> [UInt8]? {
        var arena = command
        guard (try? parseObject(arena.indices, of: &arena)) != nil else { return nil }
        let root = parser.document.root
        var json = JSONWriter()
        var index = 1
        while index < Int(root.end) {
            let node = parser.document.nodes[index]
            let key = parser.document.keySlice(of: node, in: &arena)
            if arena.string(of: key) == "command_id" {
                let start = Int(node.value_start)
                json.string(id)
                return command[..<start] + json.bytes + command[(start + Int(node.value_count))...]
            }
            index = Int(node.end)
        }
        let brace = Int(root.value_start) + 1
        json.object { $0.member("command_id", id) }
        let separator = root.end > 1 ? [UInt8(ascii: ",")] : []
        return command[..<brace] + json.bytes.dropFirst().dropLast() + separator + command[brace...]
    }
}

import UsageCodec

/// A setting as `name=value,…`, with the names of the command's JSON; a dot leads into an object.
struct SettingOption: Equatable {
    /// What a value may be in JSON.
    enum Kind {
        case text
        /// Null where the value is `null`.
        case textOrNull
        case number
    }

    /// In the order in which they were given.
    let members: [(name: String, value: String)]
    private let kinds: [String: Kind]

    static let autoTopUp: [String: Kind] = [
        "threshold": .text, "credits": .text, "max_per.period": .text, "max_per.count": .number,
        "max_per.credits": .text, "answer_within": .text,
    ]
    static let recurring: [String: Kind] = [
        "schedule_id": .text, "credits": .text, "every": .text, "anchor": .text,
        "expires": .textOrNull, "rollover.max_credits": .text, "rollover.max_percent": .text,
    ]

    static func == (left: SettingOption, right: SettingOption) -> Bool {
        left.members.elementsEqual(right.members, by: ==)
    }

    /// Nil where a part is no `name=value`, has a name of none of the members, or one twice.
    init?(_ text: String, _ kinds: [String: Kind]) {
        var members: [(name: String, value: String)] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let equals = part.firstIndex(of: "=") else { return nil }
            let name = String(part[..<equals])
            let value = String(part[part.index(after: equals)...])
            guard let kind = kinds[name], !members.contains(where: { $0.name == name }) else {
                return nil
            }
            if kind == .number, Int64(value) == nil { return nil }
            members.append((name, value))
        }
        self.members = members
        self.kinds = kinds
    }

    /// The object.
    func write(to json: inout JSONWriter) {
        json.object { json in
            for member in members where !member.name.contains(".") {
                write(member.value, member.name, member.name, to: &json)
            }
            for object in objects {
                json.key(named: object)
                json.object { json in
                    for member in members where member.name.hasPrefix(object + ".") {
                        let name = String(member.name.dropFirst(object.count + 1))
                        write(member.value, name, member.name, to: &json)
                    }
                }
            }
        }
    }

    /// Names of the objects in it, each once.
    private var objects: [String] {
        var names: [String] = []
        for member in members {
            guard let dot = member.name.firstIndex(of: ".") else { continue }
            let name = String(member.name[..<dot])
            if !names.contains(name) { names.append(name) }
        }
        return names
    }

    private func write(
        _ value: String,
        _ name: String,
        _ path: String,
        to json: inout JSONWriter
    ) {
        switch kinds[path] {
        case .number:
            json.key(named: name)
            json.number(text: value)
        case .textOrNull where value == "null":
            json.key(named: name)
            json.null()
        default: json.member(named: name, value)
        }
    }
}

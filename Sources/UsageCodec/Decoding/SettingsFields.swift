import CSimdJSON
import Credits

/// The settings of a `configure` command (contract §3).
struct SettingsFields: CommandBody {
    private typealias Field = CommandReader.Field
    private static let limitMembers = FieldTable(["limit"])
    private static let thresholdMembers = FieldTable(["type", "value"])

    private let settings: AccountSettings

    init(
        _ fields: CommandFields,
        of document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) {
        settings = AccountSettings(
            overdraft: try Self.overdraft(at: fields[.overdraft], of: document, in: &arena),
            thresholds: try Self.thresholds(at: fields[.thresholds], of: document, in: &arena),
            autoTopUp: try Self.autoTopUp(fields, of: document, in: &arena),
            recurring: try RecurringFields.rules(at: fields[.recurring], of: document, in: &arena)
        )
        guard !settings.isEmpty else {
            throw .expected(
                .missingField,
                Field.overdraft.name,
                "present where there is no other setting",
                got: "nothing"
            )
        }
    }

    var action: CommandAction { .configure(settings) }

    func combine(into hash: inout KeyedHash) {
        switch settings.overdraft {
        case nil: hash.combine(UInt8(0))
        case .record: hash.combine(UInt8(1))
        case .refuse: hash.combine(UInt8(2))
        case .limit(let amount):
            hash.combine(UInt8(3))
            hash.combine(amount)
        }
        combineThresholds(into: &hash)
        // Nothing where they are absent: commands from before there were such settings stay the
        // same. The tags tell what follows.
        switch settings.autoTopUp {
        case nil: break
        case .off: hash.combine(UInt8(1))
        case .on(let rule):
            hash.combine(UInt8(2))
            hash.combine(rule)
        }
        if let recurring = settings.recurring {
            hash.combine(UInt8(3))
            hash.combine(UInt64(recurring.count))
            for rule in recurring { hash.combine(rule) }
        }
    }

    private func combineThresholds(into hash: inout KeyedHash) {
        guard let thresholds = settings.thresholds else {
            hash.combine(UInt8(0))
            return
        }
        hash.combine(UInt8(1))
        hash.combine(UInt64(thresholds.count))
        for threshold in thresholds {
            hash.combine(threshold.kind.rawValue)
            hash.combine(threshold.value)
        }
    }

    /// A rule; null turns off what the defaults may have.
    private static func autoTopUp(
        _ fields: CommandFields,
        of document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) -> AutoTopUpSetting? {
        guard let index = fields[.autoTopUp] else {
            return fields.isNull(.autoTopUp, of: document) ? .off : nil
        }
        return .on(try AutoTopUpFields.rule(at: index, of: document, in: &arena))
    }

    private static func overdraft(
        at index: Int?,
        of document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) -> OverdraftPolicy? {
        guard let index else { return nil }
        let node = document.nodes[index]
        if node.kind == .object {
            let field = "overdraft.limit"
            let members = FieldNodes(of: index, in: document, by: limitMembers)
            let limit = try document.unsignedAmount(at: members[0], field, in: &arena)
            guard let limit else { throw .missing(field) }
            return .limit(limit)
        }
        if node.kind == .string {
            let slice = document.slice(of: node, in: &arena)
            switch arena.string(of: slice) {
            case "record": return .record
            case "refuse": return .refuse
            default: break
            }
        }
        throw document.invalid(
            node,
            Field.overdraft.name,
            "\"record\", \"refuse\" or an object of limit",
            in: &arena
        )
    }

    private static func thresholds(
        at index: Int?,
        of document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) -> [Threshold]? {
        guard let index else { return nil }
        let node = document.nodes[index]
        let field = Field.thresholds.name
        guard node.kind == .array else {
            throw document.invalid(node, field, "a list", in: &arena)
        }
        var list: [Threshold] = []
        var element = index + 1
        while element < Int(node.end) {
            let path = "\(field)[\(list.count)]"
            guard list.count < AccountSettings.maximumThresholds else {
                throw .expected(
                    .invalidField,
                    field,
                    "at most \(AccountSettings.maximumThresholds) thresholds",
                    got: "more"
                )
            }
            let threshold = try threshold(at: element, path, of: document, in: &arena)
            guard !list.contains(threshold) else {
                throw document.invalid(
                    document.nodes[element],
                    path,
                    "unlike every other",
                    in: &arena
                )
            }
            list.append(threshold)
            element = Int(document.nodes[element].end)
        }
        return list
    }

    private static func threshold(
        at index: Int,
        _ path: String,
        of document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) -> Threshold {
        let node = document.nodes[index]
        guard node.kind == .object else {
            throw document.invalid(node, path, "an object of type and value", in: &arena)
        }
        let members = FieldNodes(of: index, in: document, by: thresholdMembers)
        let kind = try kind(at: members[0], "\(path).type", of: document, in: &arena)
        let valuePath = "\(path).value"
        guard let valueIndex = members[1],
            let value = try document.amount(at: valueIndex, valuePath, in: &arena)
        else { throw .missing(valuePath) }
        guard let threshold = Threshold(kind: kind, value: value) else {
            throw document.invalid(
                document.nodes[valueIndex],
                valuePath,
                "a percentage above 0, at most 100, of at most 2 decimals",
                in: &arena
            )
        }
        return threshold
    }

    private static func kind(
        at index: Int?,
        _ path: String,
        of document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) -> Threshold.Kind {
        guard let index else { throw .missing(path) }
        let node = document.nodes[index]
        if node.kind == .string {
            let slice = document.slice(of: node, in: &arena)
            switch arena.string(of: slice) {
            case Threshold.Kind.absolute.name: return .absolute
            case Threshold.Kind.percent.name: return .percent
            default: break
            }
        }
        throw document.invalid(node, path, "\"absolute\" or \"percent\"", in: &arena)
    }
}

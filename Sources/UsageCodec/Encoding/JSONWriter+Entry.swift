public import Credits

/// What an entry refers to by number and shows by name.
public struct EntryNames: Sendable {
    let rates: RateBook
    let grantID: @Sendable (_ account: UInt32, _ ordinal: UInt32) -> String?

    /// - Parameters:
    ///   - rates: names the rate that priced an entry.
    ///   - grantID: the id of an account's grant; nil where it is not known.
    public init(
        rates: RateBook,
        grantID: @escaping @Sendable (_ account: UInt32, _ ordinal: UInt32) -> String?
    ) {
        self.rates = rates
        self.grantID = grantID
    }
}

/// The parts of an entry that have no bound of their own and may be left out.
public struct EntryParts: OptionSet, Sendable {
    public let rawValue: Int

    public init(rawValue: Int) {
        self.rawValue = rawValue
    }

    public static let dimensions = EntryParts(rawValue: 1)
    public static let allocations = EntryParts(rawValue: 2)
    public static let all: EntryParts = [.dimensions, .allocations]
}

extension JSONWriter {
    /// Writes an entry with the fields of contract §2.3; a field that does not apply is left out.
    /// - Parameters:
    ///   - entry: one of the commit's.
    ///   - commit: holds what the entry refers to.
    ///   - hash: the commit's hash.
    ///   - names: what stands for numbers.
    ///   - parts: what is written of the parts that may be left out.
    public mutating func writeEntry(
        _ entry: Entry,
        of commit: Commit,
        hash: [UInt8],
        names: EntryNames,
        parts: EntryParts = .all
    ) {
        let group = commit.groups[Int(entry.group)]
        object {
            $0.member("customer_id", group.customerID)
            $0.member("credit_type", group.creditType)
            $0.member("sequence", entry.sequence)
            $0.member("entry_type", entry.type.name)
            $0.member("amount", entry.amount)
            $0.member("balance_before", entry.balanceBefore)
            $0.member("balance_after", entry.balanceAfter)
            if parts.contains(.allocations) {
                $0.writeAllocations(commit.allocations(of: entry), of: group.number, names)
            }
            if entry.isUsage {
                $0.writeUsage(entry, of: commit, names, parts)
            } else {
                $0.writeDetail(commit.details[Int(entry.detail)])
            }
            $0.member("occurred_at", entry.occurredAt)
            $0.member("recorded_at", commit.recordedAt)
            $0.key("origin")
            $0.writeOrigin(entry.origin, of: commit)
            $0.objectMember("commit") {
                $0.member("number", commit.number)
                $0.member("hash", Hexadecimal.text(hash))
            }
        }
    }

    private mutating func writeAllocations(
        _ allocations: ArraySlice<Allocation>,
        of account: UInt32,
        _ names: EntryNames
    ) {
        arrayMember("allocations") { list in
            for allocation in allocations {
                list.object {
                    let isOverdraft = allocation.grant == Allocation.overdraft
                    // Null means overdraft, so a grant whose id is not known needs another name.
                    let grantID =
                        names.grantID(account, allocation.grant) ?? "#\(allocation.grant)"
                    $0.member("grant_id", orNull: isOverdraft ? nil : grantID)
                    $0.member("credits", allocation.credits)
                }
            }
        }
    }

    private mutating func writeUsage(
        _ entry: Entry,
        of commit: Commit,
        _ names: EntryNames,
        _ parts: EntryParts
    ) {
        member("usage_id", commit.bytes.string(of: entry.usageID))
        member("source", commit.bytes.string(of: entry.source))
        if !entry.action.isEmpty { member("action", commit.bytes.string(of: entry.action)) }
        member("quantity", entry.quantity)
        if parts.contains(.dimensions), !entry.dimensions.isEmpty {
            objectMember("dimensions") { dimensions in
                let bytes = commit.bytes.span(of: entry.dimensions)
                for (name, value) in Dimensions.list(in: bytes) {
                    dimensions.writeDimension(name, value)
                }
            }
        }
        if let rate = names.rates.names(of: entry.rate) {
            objectMember("rate") {
                $0.member("card_version", rate.cardVersion)
                $0.member("rate_id", rate.rateID)
            }
        }
    }

    private mutating func writeDimension(_ name: String, _ value: DimensionValue) {
        switch value {
        case .text(let text): member(name, text)
        case .number(let text):
            key(name)
            number(text: text)
        }
    }

    private mutating func writeDetail(_ detail: EntryDetail) {
        if !detail.commandID.isEmpty { member("command_id", detail.commandID) }
        if let actor = detail.actor {
            objectMember("actor") {
                $0.member("type", actor.type)
                $0.member("id", actor.id)
            }
        }
        if let reason = detail.reason { member("reason", reason) }
    }
}

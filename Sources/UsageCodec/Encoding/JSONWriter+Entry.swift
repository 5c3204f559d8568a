public import Credits

/// What an entry refers to by number and shows by name.
public struct EntryNames: Sendable {
    public let grantID: @Sendable (_ account: UInt32, _ ordinal: UInt32) -> String?

    /// - Parameter grantID: the id of an account's grant; nil where it is not known.
    public init(
        grantID: @escaping @Sendable (_ account: UInt32, _ ordinal: UInt32) -> String?
    ) {
        self.grantID = grantID
    }
}

/// The parts of an entry that have no bound of their own, so that a trigger may have to leave them
/// out.
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
    /// Writes an entry with every field of contract §2.3, in its order; what is absent is null.
    ///
    /// Triggers and answers share this shape, so that a receiver of both needs one reader.
    /// - Parameters:
    ///   - entry: one of the commit's.
    ///   - commit: holds what the entry refers to.
    ///   - hash: the commit's hash.
    ///   - names: what stands for numbers.
    ///   - parts: the unbounded members to write; the others are left out, for null would say that
    ///     the entry has none.
    public mutating func writeEntry(
        _ entry: Entry,
        of commit: Commit,
        hash: [UInt8],
        names: EntryNames,
        parts: EntryParts = .all
    ) {
        let group = commit.groups[Int(entry.group)]
        let detail = entry.isUsage ? nil : commit.details[Int(entry.detail)]
        object {
            $0.member("customer_id", commit.customerID(of: group))
            $0.member("credit_type", commit.creditType(of: group))
            $0.member("sequence", entry.sequence)
            $0.member("entry_type", entry.type.name)
            $0.member("amount", entry.amount)
            $0.member("balance_before", entry.balanceBefore)
            $0.member("balance_after", entry.balanceAfter)
            if parts.contains(.allocations) {
                $0.writeAllocations(commit.allocations(of: entry), of: group.number, names)
            }
            $0.writeInput(entry, of: commit, commandID: detail?.commandID)
            if parts.contains(.dimensions) { $0.writeDimensions(entry, of: commit) }
            $0.writeRate(entry.rate, of: commit)
            $0.member("occurred_at", entry.occurredAt)
            $0.member("recorded_at", commit.recordedAt)
            $0.writeActor(detail?.actor)
            $0.member("reason", orNull: detail?.reason)
            $0.key("origin")
            $0.writeOrigin(entry.origin, of: commit)
            $0.objectMember("commit") {
                $0.member("number", commit.number)
                $0.member("hash", hash.hexadecimal)
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

    private mutating func writeInput(_ entry: Entry, of commit: Commit, commandID: String?) {
        let text = { (slice: ByteSlice) in commit.bytes.string(of: slice) }
        // Also a hold's capture and a reversal show which usage it is; only the debit has the rest.
        let namesUsage =
            entry.isUsage || entry.type == .holdCaptured || entry.type == .usageReversed
        member("usage_id", orNull: namesUsage ? text(entry.usageID) : nil)
        member("source", orNull: namesUsage ? text(entry.source) : nil)
        // Empty where time made the entry.
        member("command_id", orNull: commandID.flatMap { $0.isEmpty ? nil : $0 })
        member("action", orNull: entry.action.isEmpty ? nil : text(entry.action))
        member("quantity", orNull: entry.isUsage ? entry.quantity : nil)
    }

    private mutating func writeDimensions(_ entry: Entry, of commit: Commit) {
        key("dimensions")
        guard !entry.dimensions.isEmpty else { return null() }
        object { dimensions in
            for (name, value) in Dimensions.list(in: commit.bytes.span(of: entry.dimensions)) {
                dimensions.key(named: name)
                switch value {
                case .text(let text): dimensions.string(text)
                case .number(let text): dimensions.number(text: text)
                }
            }
        }
    }

    private mutating func writeRate(_ index: Int32, of commit: Commit) {
        key("rate")
        guard commit.rates.indices.contains(Int(index)) else { return null() }
        let rate = commit.rates[Int(index)]
        object {
            $0.member("card_version", rate.cardVersion)
            $0.member("rate_id", rate.rateID)
        }
    }

    private mutating func writeActor(_ actor: Actor?) {
        key("actor")
        guard let actor else { return null() }
        object {
            $0.member("type", actor.type)
            $0.member("id", actor.id)
        }
    }
}

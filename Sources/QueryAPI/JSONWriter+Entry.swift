import Credits
import LedgerStore
import UsageCodec

extension JSONWriter {
    /// Writes an entry with every field of contract §2.3, in its order; what is absent is null.
    ///
    /// Triggers leave absent fields out to stay small; whoever reads a statement gets one shape.
    ///
    /// - Parameters:
    ///   - record: the entry in its commit.
    ///   - grantIDs: the ids of the account's grants by ordinal.
    ///   - rates: names the rate that priced the entry.
    mutating func writeEntry(_ record: EntryRecord, grantIDs: [UInt32: String], rates: RateBook) {
        let (entry, commit) = (record.entry, record.sealed.commit)
        let group = commit.groups[Int(entry.group)]
        let detail = entry.isUsage ? nil : commit.details[Int(entry.detail)]
        object {
            $0.member("customer_id", group.customerID)
            $0.member("credit_type", group.creditType)
            $0.member("sequence", entry.sequence)
            $0.member("entry_type", entry.type.name)
            $0.member("amount", entry.amount)
            $0.member("balance_before", entry.balanceBefore)
            $0.member("balance_after", entry.balanceAfter)
            $0.writeAllocations(commit.allocations(of: entry), grantIDs: grantIDs)
            $0.writeInput(entry, of: commit, commandID: detail?.commandID, rates: rates)
            $0.member("occurred_at", entry.occurredAt)
            $0.member("recorded_at", commit.recordedAt)
            $0.writeActor(detail?.actor)
            $0.member("reason", orNull: detail?.reason)
            $0.key("origin")
            $0.writeOrigin(entry.origin, of: commit)
            $0.objectMember("commit") {
                $0.member("number", commit.number)
                $0.member("hash", hexadecimal(record.sealed.hash))
            }
        }
    }

    private mutating func writeAllocations(
        _ allocations: ArraySlice<Allocation>,
        grantIDs: [UInt32: String]
    ) {
        arrayMember("allocations") { list in
            for allocation in allocations {
                let isOverdraft = allocation.grant == Allocation.overdraft
                // Null means overdraft, so a grant whose id is not known needs another name.
                let grantID = grantIDs[allocation.grant] ?? "#\(allocation.grant)"
                list.object {
                    $0.member("grant_id", orNull: isOverdraft ? nil : grantID)
                    $0.member("credits", allocation.credits)
                }
            }
        }
    }

    private mutating func writeInput(
        _ entry: Entry,
        of commit: Commit,
        commandID: String?,
        rates: RateBook
    ) {
        let text = { (slice: ByteSlice) in commit.bytes.string(of: slice) }
        member("usage_id", orNull: entry.isUsage ? text(entry.usageID) : nil)
        member("source", orNull: entry.isUsage ? text(entry.source) : nil)
        member("command_id", orNull: commandID.flatMap { $0.isEmpty ? nil : $0 })
        member("action", orNull: entry.action.isEmpty ? nil : text(entry.action))
        member("quantity", orNull: entry.isUsage ? entry.quantity : nil)
        writeDimensions(entry, of: commit)
        key("rate")
        guard let names = rates.names(of: entry.rate) else { return null() }
        object {
            $0.member("card_version", names.cardVersion)
            $0.member("rate_id", names.rateID)
        }
    }

    private mutating func writeDimensions(_ entry: Entry, of commit: Commit) {
        key("dimensions")
        guard !entry.dimensions.isEmpty else { return null() }
        object { dimensions in
            for (name, value) in Dimensions.list(in: commit.bytes.span(of: entry.dimensions)) {
                dimensions.key(name)
                switch value {
                case .text(let text): dimensions.string(text)
                case .number(let text): dimensions.number(text: text)
                }
            }
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

private func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
        decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
        as: UTF8.self
    )
}

import Credits
import LedgerStore

/// The ledger's words in JSON, with the members and the order of contract §2.3 and §6.
extension JSONText {
    mutating func member(_ name: String, _ amount: Amount?) { member(name, amount?.description) }

    mutating func member(_ name: String, _ time: Timestamp?) { member(name, time?.description) }

    mutating func member(_ name: String, _ balance: BalanceSnapshot) {
        key(name)
        object {
            $0.member("ledger", balance.ledger)
            $0.member("available", balance.available)
            $0.member("held", balance.held)
            $0.member("overdraft", balance.overdraft)
        }
    }

    mutating func member(
        _ name: String, nextExpiry: (credits: Amount, at: Timestamp)?
    ) {
        key(name)
        guard let nextExpiry else { return literal("null") }
        object {
            $0.member("credits", nextExpiry.credits)
            $0.member("at", nextExpiry.at)
        }
    }

    mutating func grant(_ grant: Grant) {
        let terms = grant.terms
        object {
            $0.member("grant_id", terms.grantID)
            $0.member("credits", terms.credits)
            $0.member("remaining", grant.remaining)
            $0.member("source", terms.source.name)
            $0.member("category", terms.category.name)
            $0.member("priority", terms.priority)
            $0.member("effective_at", terms.effectiveAt)
            $0.member("expires_at", terms.expiresAt)
            $0.member("status", grant.status.name)
            $0.member("cost_basis", terms.costBasis)
        }
    }

    /// Writes an entry; grants are named by `grantIDs`, which maps their ordinals.
    mutating func entry(_ record: EntryRecord, grantIDs: [UInt32: String], rates: RateBook) {
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
            $0.allocations(commit.allocations(of: entry), grantIDs: grantIDs)
            $0.usage(entry, in: commit, commandID: detail?.commandID, rates: rates)
            $0.member("occurred_at", entry.occurredAt)
            $0.member("recorded_at", commit.recordedAt)
            $0.actor(detail?.actor)
            $0.member("reason", detail?.reason)
            $0.origin(entry.origin, in: commit)
            $0.key("commit")
            $0.object {
                $0.member("number", commit.number)
                $0.member("hash", hexadecimal(record.sealed.hash))
            }
        }
    }

    private mutating func allocations(
        _ allocations: ArraySlice<Allocation>, grantIDs: [UInt32: String]
    ) {
        key("allocations")
        array {
            for allocation in allocations {
                $0.object {
                    $0.member("grant_id", grantIDs[allocation.grant])
                    $0.member("credits", allocation.credits)
                }
            }
        }
    }

    private mutating func usage(
        _ entry: Entry, in commit: Commit, commandID: String?, rates: RateBook
    ) {
        let text = { (slice: ByteSlice) in slice.isEmpty ? nil : commit.bytes.string(of: slice) }
        member("usage_id", text(entry.usageID))
        member("source", text(entry.source))
        member("command_id", commandID.flatMap { $0.isEmpty ? nil : $0 })
        member("action", text(entry.action))
        member("quantity", entry.isUsage ? entry.quantity : nil)
        dimensions(entry, in: commit)
        key("rate")
        guard let names = rates.names(of: entry.rate) else { return literal("null") }
        object {
            $0.member("card_version", names.cardVersion)
            $0.member("rate_id", names.rateID)
        }
    }

    private mutating func dimensions(_ entry: Entry, in commit: Commit) {
        key("dimensions")
        guard !entry.dimensions.isEmpty else { return literal("null") }
        let list = Dimensions.list(in: commit.bytes.span(of: entry.dimensions))
        object {
            for (name, value) in list {
                $0.key(name)
                switch value {
                case .text(let text): $0.value(text)
                case .number(let number): $0.literal(number)
                }
            }
        }
    }

    private mutating func actor(_ actor: Actor?) {
        key("actor")
        guard let actor else { return literal("null") }
        object {
            $0.member("type", actor.type)
            $0.member("id", actor.id)
        }
    }

    private mutating func origin(_ origin: Origin, in commit: Commit) {
        key("origin")
        guard commit.partitions.indices.contains(Int(origin.partition)) else {
            return literal("null")
        }
        let partition = commit.partitions[Int(origin.partition)]
        object {
            $0.member("topic", partition.topic)
            $0.member("partition", partition.partition)
            $0.member("offset", origin.offset)
        }
    }
}

private func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
        decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}

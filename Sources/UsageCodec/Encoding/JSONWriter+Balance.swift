public import Credits

/// The shapes of balances, grants, holds and thresholds, the same in triggers and in answers.
extension JSONWriter {
    /// Writes `{ledger, available, held, overdraft}`.
    public mutating func writeBalance(_ balance: BalanceSnapshot) {
        object {
            $0.member("ledger", balance.ledger)
            $0.member("available", balance.available)
            $0.member("held", balance.held)
            $0.member("overdraft", balance.overdraft)
        }
    }

    /// Writes a grant as contract §6 shows it; null where it never expires or has no cost basis.
    public mutating func writeGrant(_ grant: Grant) {
        let terms = grant.terms
        object {
            $0.member("grant_id", terms.grantID)
            $0.member("credits", terms.credits)
            $0.member("remaining", grant.remaining)
            $0.member("source", terms.source.name)
            $0.member("category", terms.category.name)
            $0.member("priority", terms.priority)
            $0.member("effective_at", terms.effectiveAt)
            $0.member("expires_at", orNull: terms.expiresAt)
            $0.member("status", grant.status.name)
            $0.member("cost_basis", orNull: terms.costBasis)
        }
    }

    /// Writes `{hold_id, credits, placed_at, expires_at}`.
    public mutating func writeHold(_ hold: Hold) {
        object {
            $0.member("hold_id", hold.holdID)
            $0.member("credits", hold.credits)
            $0.member("placed_at", hold.placedAt)
            $0.member("expires_at", hold.expiresAt)
        }
    }

    /// Writes `{type, value}`.
    public mutating func writeThreshold(_ threshold: Threshold) {
        object {
            $0.member("type", threshold.kind.name)
            $0.member("value", threshold.value)
        }
    }

    /// Writes `{topic, partition, offset}`, or null for what no message brought.
    public mutating func writeOrigin(_ origin: Origin, of commit: Commit) {
        guard commit.partitions.indices.contains(Int(origin.partition)) else {
            null()
            return
        }
        let source = commit.partitions[Int(origin.partition)]
        object {
            $0.member("topic", source.topic)
            $0.member("partition", source.partition)
            $0.member("offset", origin.offset)
        }
    }
}

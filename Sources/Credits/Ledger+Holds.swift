extension Application {
    mutating func hold(
        _ request: HoldRequest,
        by command: Command,
        of account: Int
    ) -> Refusal? {
        if let claim = command.claim, knownCommands[claim] != nil {
            return Refusal(
                .duplicateHold,
                field: "hold_id",
                message: "expected hold_id to be new for the account, got: \(request.holdID)"
            )
        }
        // One that is read so late that its time is over is history, and counts from its record.
        let sentAt = min(now, command.message.timestamp)
        let isHistory = sentAt.advanced(by: request.expiresAfter) <= now
        let placedAt = isHistory ? sentAt : now
        let hold = Hold(
            holdID: request.holdID,
            credits: request.credits,
            placedAt: placedAt,
            expiresAt: placedAt.advanced(by: request.expiresAfter)
        )
        let available = accounts[account].snapshot(at: placedAt).available
        guard request.credits <= available else {
            triggerRefusedHold(hold, by: command, of: account)
            return Refusal(
                .insufficientCredits,
                field: "credits",
                message: "expected credits to be at most \(available), got: \(request.credits)"
            )
        }
        let group = group(of: account)
        var entry = entry(.holdPlaced, by: command, of: account, group: group)
        entry.detail = addDetail(of: command, payload: .hold(hold))
        accounts[account].place(hold)
        post(entry, to: account)
        trigger(.holdCreated, .hold(hold), of: account)
        return nil
    }

    mutating func release(_ holdID: String, by command: Command, of account: Int) -> Refusal? {
        guard let hold = accounts[account].endHold(holdID) else {
            return Refusal(
                .unknownHold,
                field: "hold_id",
                message: "expected hold_id to be a hold of the account, got: \(holdID)"
            )
        }
        let group = group(of: account)
        var entry = entry(.holdReleased, by: command, of: account, group: group)
        entry.detail = addDetail(of: command, payload: .endOfHold(holdID))
        post(entry, to: account)
        trigger(.holdReleased, .hold(hold), of: account)
        return nil
    }

    /// Frees the hold that an event captures; one that is gone or unknown is treated as none.
    mutating func capture(_ holdID: String, by event: UsageEvent, of account: Int) {
        guard let hold = accounts[account].endHold(holdID) else { return }
        let group = group(of: account)
        commit.details.append(EntryDetail(commandID: "", payload: .endOfHold(holdID)))
        let entry = Entry(
            group: group,
            type: .holdCaptured,
            sequence: accounts[account].sequence + 1,
            amount: .zero,
            balanceBefore: accounts[account].balance,
            allocationStart: Int32(commit.allocations.count),
            allocationCount: 0,
            detail: Int32(commit.details.count - 1),
            usageID: event.usageID,
            source: event.source,
            occurredAt: event.occurredAt,
            origin: event.message.origin
        )
        post(entry, to: account)
        trigger(.holdCaptured, .hold(hold), of: account)
    }

    private mutating func triggerRefusedHold(
        _ hold: Hold,
        by command: Command,
        of account: Int
    ) {
        let input = RefusedInput(
            id: command.commandID,
            source: "",
            customerID: accounts[account].customerID,
            creditType: accounts[account].creditType,
            code: .insufficientCredits,
            fingerprint: command.fingerprint,
            origin: command.message.origin
        )
        commit.triggers.append(
            Trigger(
                type: .holdRejected,
                group: -1,
                sequence: accounts.fronts[account].sequence,
                balance: snapshot(of: account),
                payload: .refusedHold(hold, input)
            )
        )
    }
}

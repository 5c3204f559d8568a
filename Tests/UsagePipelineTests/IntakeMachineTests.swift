import Testing

@testable import UsagePipeline

/// Group commit by size and by age, as a transcript: what the machine asks for, and what it is told.
@Suite struct IntakeMachineTests {
    private func machine() -> IntakeMachine {
        IntakeMachine(
            maximumEvents: 10,
            maximumAge: .milliseconds(20),
            idleTimeout: .milliseconds(100)
        )
    }

    @Test func anEmptyMachinePollsForAWholeBatch() {
        var intake = machine()
        #expect(
            intake.next(at: .zero, hasRoom: true, isNext: true, isLedgerIdle: false)
                == .poll(maximum: 10, timeout: .milliseconds(100))
        )
    }

    @Test func aFullBatchIsHandedOverAtOnce() {
        var intake = machine()
        intake.polled(10, at: .milliseconds(1))
        #expect(
            intake.next(at: .milliseconds(1), hasRoom: true, isNext: true, isLedgerIdle: false)
                == .handOver
        )
    }

    @Test func aSmallBatchWaitsForOthersUntilItIsOldEnough() {
        var intake = machine()
        intake.polled(3, at: .milliseconds(5))
        #expect(
            intake.next(at: .milliseconds(10), hasRoom: true, isNext: true, isLedgerIdle: false)
                == .gather(maximum: 7, timeout: .milliseconds(5))
        )
        intake.polled(2, at: .milliseconds(12))
        #expect(
            intake.next(at: .milliseconds(24), hasRoom: true, isNext: true, isLedgerIdle: false)
                == .gather(maximum: 5, timeout: .milliseconds(1))
        )
        #expect(
            intake.next(at: .milliseconds(25), hasRoom: true, isNext: true, isLedgerIdle: false)
                == .handOver
        )
    }

    @Test func aLedgerThatHasNothingToDoGetsABatchAfterAQuarterOfTheTime() {
        var intake = machine()
        intake.polled(3, at: .milliseconds(10))
        #expect(
            intake.next(at: .milliseconds(12), hasRoom: true, isNext: true, isLedgerIdle: true)
                == .gather(maximum: 7, timeout: .milliseconds(3))
        )
        // It was busy in between, and is not any more.
        #expect(
            intake.next(at: .milliseconds(16), hasRoom: true, isNext: true, isLedgerIdle: false)
                == .gather(maximum: 7, timeout: .milliseconds(5))
        )
        #expect(
            intake.next(at: .milliseconds(16), hasRoom: true, isNext: true, isLedgerIdle: true)
                == .handOver
        )
    }

    private func largeMachine() -> IntakeMachine {
        IntakeMachine(maximumEvents: 10_000, maximumAge: .milliseconds(20))
    }

    @Test func whatIsWorthACommitIsHandedToAnIdleLedgerAtOnce() {
        var intake = largeMachine()
        _ = intake.next(at: .zero, hasRoom: true, isNext: true, isLedgerIdle: true)
        intake.polled(255, at: .zero)
        #expect(
            intake.next(at: .zero, hasRoom: true, isNext: true, isLedgerIdle: true) == .handOver
        )
        // To one that has something to do, not before it is full or old.
        #expect(
            intake.next(at: .zero, hasRoom: true, isNext: true, isLedgerIdle: false)
                == .gather(maximum: 256, timeout: .milliseconds(5))
        )
    }

    @Test func aLargeBatchIsGatheredAFewHundredMessagesAtATime() {
        var intake = largeMachine()
        #expect(
            intake.next(at: .zero, hasRoom: true, isNext: true, isLedgerIdle: true)
                == .poll(maximum: 256, timeout: .milliseconds(100))
        )
        intake.polled(256, at: .zero)
        #expect(
            intake.next(at: .zero, hasRoom: true, isNext: true, isLedgerIdle: true)
                == .gather(maximum: 256, timeout: .zero)
        )
        intake.polled(9700, at: .zero)
        // Only as many are asked for as complete the batch.
        #expect(
            intake.next(at: .zero, hasRoom: true, isNext: true, isLedgerIdle: false)
                == .gather(maximum: 44, timeout: .milliseconds(5))
        )
    }

    @Test func anIdleLedgerWaitsForNoMoreThanIsWorthACommitAndThenTakesWhatIsThere() {
        var intake = largeMachine()
        _ = intake.next(at: .zero, hasRoom: true, isNext: true, isLedgerIdle: true)
        intake.polled(100, at: .zero)
        #expect(
            intake.next(at: .zero, hasRoom: true, isNext: true, isLedgerIdle: true)
                == .gather(maximum: 150, timeout: .milliseconds(5))
        )
        intake.polled(150, at: .milliseconds(1))
        // It brought all it was asked for: there may be more.
        #expect(
            intake.next(at: .milliseconds(1), hasRoom: true, isNext: true, isLedgerIdle: true)
                == .gather(maximum: 256, timeout: .zero)
        )
        intake.polled(30, at: .milliseconds(1))
        #expect(
            intake.next(at: .milliseconds(1), hasRoom: true, isNext: true, isLedgerIdle: true)
                == .handOver
        )
    }

    @Test func aSourceThatBroughtNothingMoreHasNoMore() {
        var intake = largeMachine()
        _ = intake.next(at: .zero, hasRoom: true, isNext: true, isLedgerIdle: true)
        intake.polled(100, at: .zero)
        _ = intake.next(at: .zero, hasRoom: true, isNext: true, isLedgerIdle: true)
        intake.polled(150, at: .zero)
        _ = intake.next(at: .zero, hasRoom: true, isNext: true, isLedgerIdle: true)
        intake.polled(0, at: .zero)
        #expect(
            intake.next(at: .zero, hasRoom: true, isNext: true, isLedgerIdle: true) == .handOver
        )
    }

    @Test func theAgeIsThatOfTheFirstMessage() {
        var intake = machine()
        intake.polled(1, at: .milliseconds(0))
        intake.polled(1, at: .milliseconds(19))
        #expect(
            intake.next(at: .milliseconds(20), hasRoom: true, isNext: true, isLedgerIdle: false)
                == .handOver
        )
    }

    @Test func behindAnotherBatchAnOldOneGrowsUntilItIsFullOrNext() {
        var intake = largeMachine()
        intake.polled(3000, at: .zero)
        #expect(
            intake.next(at: .milliseconds(30), hasRoom: true, isNext: false, isLedgerIdle: false)
                == .gather(maximum: 256, timeout: .milliseconds(5))
        )
        #expect(
            intake.next(at: .milliseconds(30), hasRoom: true, isNext: true, isLedgerIdle: false)
                == .handOver
        )
        intake.polled(7000, at: .milliseconds(30))
        #expect(
            intake.next(at: .milliseconds(30), hasRoom: true, isNext: false, isLedgerIdle: false)
                == .handOver
        )
    }

    @Test func withoutRoomAnOldBatchDoesNotGrow() {
        var intake = largeMachine()
        intake.polled(3000, at: .zero)
        #expect(
            intake.next(at: .milliseconds(30), hasRoom: false, isNext: false, isLedgerIdle: false)
                == .waitForRoom
        )
    }

    @Test func behindAnotherBatchOneThatMayNotGrowOldIsNotLookedAtWithoutEnd() {
        var intake = IntakeMachine(maximumEvents: 10, maximumAge: .zero)
        intake.polled(3, at: .zero)
        #expect(
            intake.next(at: .zero, hasRoom: true, isNext: false, isLedgerIdle: false)
                == .gather(maximum: 7, timeout: .milliseconds(1))
        )
    }

    @Test func nothingIsHandedOverWhileThereIsNoRoom() {
        var intake = machine()
        intake.polled(10, at: .zero)
        #expect(
            intake.next(at: .zero, hasRoom: false, isNext: false, isLedgerIdle: false)
                == .waitForRoom
        )
        #expect(
            intake.next(at: .zero, hasRoom: true, isNext: true, isLedgerIdle: false) == .handOver
        )
        intake.handedOver()
        #expect(
            intake.next(at: .zero, hasRoom: true, isNext: true, isLedgerIdle: false)
                == .poll(maximum: 10, timeout: .milliseconds(100))
        )
    }

    @Test func aStopHandsOverWhatWasDecodedAndThenFinishes() {
        var intake = machine()
        intake.polled(2, at: .zero)
        intake.stop()
        #expect(
            intake.next(at: .zero, hasRoom: true, isNext: true, isLedgerIdle: false) == .handOver
        )
        intake.handedOver()
        #expect(intake.next(at: .zero, hasRoom: true, isNext: true, isLedgerIdle: false) == .finish)
        #expect(intake.next(at: .zero, hasRoom: true, isNext: true, isLedgerIdle: false) == .finish)
    }

    @Test func aCutEndsABatchHoweverSmallAndOnlyThatOne() {
        var intake = machine()
        intake.polled(1, at: .zero)
        intake.cut()
        #expect(
            intake.next(at: .zero, hasRoom: false, isNext: false, isLedgerIdle: false)
                == .waitForRoom
        )
        #expect(
            intake.next(at: .zero, hasRoom: true, isNext: true, isLedgerIdle: false) == .handOver
        )
        intake.handedOver()
        intake.polled(1, at: .zero)
        #expect(
            intake.next(at: .zero, hasRoom: true, isNext: true, isLedgerIdle: false)
                == .gather(maximum: 9, timeout: .milliseconds(5))
        )
    }

    @Test func anEmptyPollChangesNothing() {
        var intake = machine()
        intake.polled(0, at: .zero)
        #expect(
            intake.next(at: .zero, hasRoom: true, isNext: true, isLedgerIdle: false)
                == .poll(maximum: 10, timeout: .milliseconds(100))
        )
    }
}

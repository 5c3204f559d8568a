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
            intake.next(at: .zero, hasRoom: true)
                == .poll(maximum: 10, timeout: .milliseconds(100))
        )
    }

    @Test func aFullBatchIsHandedOverAtOnce() {
        var intake = machine()
        intake.polled(10, at: .milliseconds(1))
        #expect(intake.next(at: .milliseconds(1), hasRoom: true) == .handOver)
    }

    @Test func aSmallBatchWaitsForOthersUntilItIsOldEnough() {
        var intake = machine()
        intake.polled(3, at: .milliseconds(5))
        #expect(
            intake.next(at: .milliseconds(10), hasRoom: true)
                == .gather(maximum: 7, timeout: .milliseconds(15))
        )
        intake.polled(2, at: .milliseconds(12))
        #expect(
            intake.next(at: .milliseconds(24), hasRoom: true)
                == .gather(maximum: 5, timeout: .milliseconds(1))
        )
        #expect(intake.next(at: .milliseconds(25), hasRoom: true) == .handOver)
    }

    @Test func theAgeIsThatOfTheFirstMessage() {
        var intake = machine()
        intake.polled(1, at: .milliseconds(0))
        intake.polled(1, at: .milliseconds(19))
        #expect(intake.next(at: .milliseconds(20), hasRoom: true) == .handOver)
    }

    @Test func nothingIsHandedOverWhileThereIsNoRoom() {
        var intake = machine()
        intake.polled(10, at: .zero)
        #expect(intake.next(at: .zero, hasRoom: false) == .waitForRoom)
        #expect(intake.next(at: .zero, hasRoom: true) == .handOver)
        intake.handedOver()
        #expect(
            intake.next(at: .zero, hasRoom: true)
                == .poll(maximum: 10, timeout: .milliseconds(100))
        )
    }

    @Test func aStopHandsOverWhatWasDecodedAndThenFinishes() {
        var intake = machine()
        intake.polled(2, at: .zero)
        intake.stop()
        #expect(intake.next(at: .zero, hasRoom: true) == .handOver)
        intake.handedOver()
        #expect(intake.next(at: .zero, hasRoom: true) == .finish)
        #expect(intake.next(at: .zero, hasRoom: true) == .finish)
    }

    @Test func aCutEndsABatchHoweverSmallAndOnlyThatOne() {
        var intake = machine()
        intake.polled(1, at: .zero)
        intake.cut()
        #expect(intake.next(at: .zero, hasRoom: false) == .waitForRoom)
        #expect(intake.next(at: .zero, hasRoom: true) == .handOver)
        intake.handedOver()
        intake.polled(1, at: .zero)
        #expect(
            intake.next(at: .zero, hasRoom: true)
                == .gather(maximum: 9, timeout: .milliseconds(20))
        )
    }

    @Test func anEmptyPollChangesNothing() {
        var intake = machine()
        intake.polled(0, at: .zero)
        #expect(
            intake.next(at: .zero, hasRoom: true)
                == .poll(maximum: 10, timeout: .milliseconds(100))
        )
    }
}

import Foundation
import Synchronization
import Testing

@testable import UsagePipeline

/// Elements between two threads: in order, bounded, and nobody waits for ever.
@Suite struct HandOverTests {
    @Test func elementsComeOutInTheOrderTheyWentIn() {
        let handOver = HandOver<Int>(capacity: 2)
        handOver.put(1)
        handOver.put(2)
        #expect(handOver.take(waiting: .zero) == 1)
        #expect(handOver.take(waiting: .zero) == 2)
        #expect(handOver.take(waiting: .zero) == nil)
    }

    @Test func thereIsRoomUpToTheCapacity() {
        let handOver = HandOver<Int>(capacity: 2)
        handOver.put(1)
        #expect(handOver.hasRoom)
        handOver.put(2)
        #expect(!handOver.hasRoom)
        _ = handOver.take(waiting: .zero)
        #expect(handOver.hasRoom)
    }

    @Test func whatWasTakenDoesNotWaitThoughItIsNotDone() {
        let handOver = HandOver<Int>(capacity: 2)
        #expect(handOver.isEmpty)
        handOver.put(1)
        #expect(!handOver.isEmpty)
        _ = handOver.take(waiting: .zero)
        #expect(handOver.isEmpty)
        #expect(!handOver.isIdle)
    }

    @Test func theTakerIsWokenByWhateverThereIsToTakeAndByTheEnd() {
        let woken = Atomic(0)
        let handOver = HandOver<Int>(
            capacity: 2,
            wakeTaker: { woken.add(1, ordering: .relaxed) }
        )
        handOver.put(1)
        #expect(woken.load(ordering: .relaxed) == 1)
        _ = handOver.take(waiting: .zero)
        handOver.done()
        #expect(woken.load(ordering: .relaxed) == 1)
        handOver.end()
        handOver.close()
        #expect(woken.load(ordering: .relaxed) == 3)
    }

    @Test func theGiverIsWokenWhenNothingIsLeftToDo() {
        let woken = Atomic(0)
        let handOver = HandOver<Int>(
            capacity: 2,
            wakeGiver: { woken.add(1, ordering: .relaxed) }
        )
        handOver.put(1)
        handOver.put(2)
        _ = handOver.take(waiting: .zero)
        handOver.done()
        #expect(woken.load(ordering: .relaxed) == 0)
        _ = handOver.take(waiting: .zero)
        #expect(woken.load(ordering: .relaxed) == 0)
        handOver.done()
        #expect(woken.load(ordering: .relaxed) == 1)
    }

    @Test func itIsDoneOnlyWhenTheLastElementIsDealtWith() {
        let handOver = HandOver<Int>(capacity: 2)
        handOver.put(1)
        handOver.end()
        #expect(!handOver.isDone)
        _ = handOver.take(waiting: .zero)
        #expect(!handOver.isDone)
        handOver.done()
        #expect(handOver.isDone)
    }

    @Test func aBrokenOneDropsWhatWaitsAndTakesNothing() {
        let handOver = HandOver<Int>(capacity: 2)
        handOver.put(1)
        handOver.close()
        handOver.put(2)
        #expect(handOver.take(waiting: .zero) == nil)
        #expect(handOver.isDone)
        #expect(handOver.shouldEnd)
    }

    @Test func whoeverWaitsForItsEndIsLetGoWhenAStageFails() {
        let handOver = HandOver<Int>(capacity: 2)
        handOver.put(1)
        let waited = DispatchSemaphore(value: 0)
        Thread {
            handOver.waitUntilIdle()
            waited.signal()
        }.start()
        handOver.close()
        #expect(waited.wait(timeout: .now() + 10) == .success)
    }

    @Test func aHundredThousandElementsCrossBetweenTwoThreads() {
        let handOver = HandOver<Int>(capacity: 4)
        Thread {
            for element in 1...100_000 {
                while !handOver.hasRoom { handOver.waitForRoom() }
                handOver.put(element)
            }
            handOver.end()
        }.start()
        var sum = 0
        while !handOver.isDone {
            guard let element = handOver.take(waiting: .milliseconds(100)) else { continue }
            sum += element
            handOver.done()
        }
        #expect(sum == 5_000_050_000)
    }
}

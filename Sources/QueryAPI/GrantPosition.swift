import Credits

/// Where a grant stands in the list of its account's grants: by what it is sorted.
///
/// A cursor holds this and not the grant alone, which may move to another part of the list between two
/// pages: what stood behind it still stands behind its place.
struct GrantPosition: Hashable, Comparable, Sendable {
    /// The parts of the list, in their order.
    enum Section: UInt8 {
        case usable = 1
        case scheduled = 2
        case spent = 3
    }

    let section: Section
    // As ``Grant/placeInUse`` has them; what a section is not sorted by is 0 in all of its grants.
    let priority: UInt16
    let expiresAt: Int64
    let category: UInt8
    let effectiveAt: Int64
    let ordinal: UInt32

    private var key: (UInt8, UInt16, Int64, UInt8, Int64, UInt32) {
        (section.rawValue, priority, expiresAt, category, effectiveAt, ordinal)
    }

    static func < (left: GrantPosition, right: GrantPosition) -> Bool { left.key < right.key }
}

extension GrantPosition {
    init(_ grant: Grant) {
        switch grant.status {
        case .active:
            let place = grant.placeInUse
            self.init(
                section: .usable,
                priority: UInt16(clamping: place.priority),
                expiresAt: place.expiresAt,
                category: place.category,
                effectiveAt: place.effectiveAt,
                ordinal: place.ordinal
            )
        case .scheduled:
            self.init(
                section: .scheduled,
                priority: 0,
                expiresAt: 0,
                category: 0,
                effectiveAt: grant.terms.effectiveAt.microseconds,
                ordinal: grant.ordinal
            )
        case .depleted, .expired, .voided:
            // In the order in which they came. That in which they ended changes for all behind one
            // that a reversal refills.
            self.init(
                section: .spent,
                priority: 0,
                expiresAt: 0,
                category: 0,
                effectiveAt: 0,
                ordinal: grant.ordinal
            )
        }
    }
}

extension Account {
    /// The grants in the order of their positions: in use, to come, ended.
    var grantsByPosition: [Grant] {
        usable + scheduled + spent.sorted { $0.ordinal < $1.ordinal }
    }
}

extension OpenAPIDocument {
    /// What is answered.
    static let answerSchemas = #"""
            Amount:
              type: string
              description: An exact decimal without exponent or trailing zeros.
              pattern: "^-?(0|[1-9][0-9]{0,25})(\\.[0-9]{0,11}[1-9])?$"
              examples: ["30.5"]
            Time:
              type: string
              format: date-time
            Health:
              type: object
              required: [status, version]
              additionalProperties: false
              properties:
                status: { const: alive }
                version: { type: string }
            Readiness:
              type: object
              required: [status]
              additionalProperties: false
              properties:
                status: { const: ready }
            NextCursor:
              type: [string, "null"]
              description: Null on the last page.
            Balance:
              type: object
              required: [ledger, available, held, overdraft]
              additionalProperties: false
              properties:
                ledger: { $ref: "#/components/schemas/Amount" }
                available:
                  $ref: "#/components/schemas/Amount"
                  description: ledger − held − what remains of grants past their expiry.
                held: { $ref: "#/components/schemas/Amount" }
                overdraft: { $ref: "#/components/schemas/Amount" }
            NextExpiry:
              type: [object, "null"]
              description: The next time at which credits expire; null where none do.
              required: [credits, at]
              additionalProperties: false
              properties:
                credits: { $ref: "#/components/schemas/Amount" }
                at: { $ref: "#/components/schemas/Time" }
            Customer:
              type: object
              required: [customer_id, credit_type, balance, next_expiry, as_of]
              additionalProperties: false
              properties:
                customer_id: { type: string }
                credit_type: { type: string }
                balance: { $ref: "#/components/schemas/Balance" }
                next_expiry: { $ref: "#/components/schemas/NextExpiry" }
                as_of: { $ref: "#/components/schemas/AsOf" }
            CustomerList:
              type: object
              required: [customers, next_cursor]
              additionalProperties: false
              properties:
                customers: { type: array, items: { $ref: "#/components/schemas/Customer" } }
                next_cursor: { $ref: "#/components/schemas/NextCursor" }
            CurrentBalance:
              type: object
              required: [customer_id, credit_type, balance, next_expiry, as_of]
              additionalProperties: false
              properties:
                customer_id: { type: string }
                credit_type: { type: string }
                balance: { $ref: "#/components/schemas/Balance" }
                next_expiry: { $ref: "#/components/schemas/NextExpiry" }
                as_of: { $ref: "#/components/schemas/AsOf" }
            AsOf:
              type: object
              required: [sequence, recorded_at, lag_messages]
              additionalProperties: false
              properties:
                sequence:
                  type: integer
                  minimum: 1
                  description: The account's last entry that the balance covers.
                recorded_at:
                  $ref: "#/components/schemas/Time"
                  description: When that entry was recorded.
                lag_messages:
                  type: [integer, "null"]
                  minimum: 0
                  description: >-
                    Records not yet applied, over all assigned partitions of all input topics; null
                    before the first assignment, and while Kafka does not tell where they end.
            Grant:
              type: object
              required:
                [grant_id, credits, remaining, source, category, priority, effective_at, expires_at, status,
                cost_basis]
              additionalProperties: false
              properties:
                grant_id: { type: string }
                credits: { $ref: "#/components/schemas/Amount" }
                remaining: { $ref: "#/components/schemas/Amount" }
                source:
                  enum: [purchase, top_up, auto_top_up, plan_included, promotional, compensation, rollover]
                category: { enum: [paid, promotional] }
                priority: { type: integer, minimum: 0, maximum: 1000 }
                effective_at: { $ref: "#/components/schemas/Time" }
                expires_at:
                  oneOf: [{ $ref: "#/components/schemas/Time" }, { type: "null" }]
                status: { enum: [scheduled, active, depleted, expired, voided] }
                cost_basis:
                  oneOf: [{ $ref: "#/components/schemas/Amount" }, { type: "null" }]
            GrantList:
              type: object
              required: [grants, next_cursor]
              additionalProperties: false
              properties:
                grants: { type: array, items: { $ref: "#/components/schemas/Grant" } }
                next_cursor: { $ref: "#/components/schemas/NextCursor" }
            EntryType:
              enum:
                - credits_granted
                - credits_consumed
                - usage_reversed
                - credits_expired
                - credits_voided
                - manual_adjustment
                - hold_placed
                - hold_captured
                - hold_released
                - hold_expired
                - grant_scheduled
                - settings_changed
            Entry:
              type: object
              required:
                [customer_id, credit_type, sequence, entry_type, amount, balance_before, balance_after,
                allocations, usage_id, source, command_id, action, quantity, dimensions, rate, occurred_at,
                recorded_at, actor, reason, origin, commit]
              additionalProperties: false
              properties:
                customer_id: { type: string }
                credit_type: { type: string }
                sequence: { type: integer, minimum: 1 }
                entry_type: { $ref: "#/components/schemas/EntryType" }
                amount: { $ref: "#/components/schemas/Amount" }
                balance_before: { $ref: "#/components/schemas/Amount" }
                balance_after: { $ref: "#/components/schemas/Amount" }
                allocations:
                  type: array
                  items:
                    type: object
                    required: [grant_id, credits]
                    additionalProperties: false
                    properties:
                      grant_id: { type: [string, "null"], description: Null is the overdraft. }
                      credits: { $ref: "#/components/schemas/Amount" }
                usage_id: { type: [string, "null"] }
                source: { type: [string, "null"], description: Empty for usage that named none. }
                command_id: { type: [string, "null"] }
                action: { type: [string, "null"] }
                quantity:
                  oneOf: [{ $ref: "#/components/schemas/Amount" }, { type: "null" }]
                dimensions:
                  type: [object, "null"]
                  additionalProperties: { type: [string, number] }
                rate:
                  type: [object, "null"]
                  description: Null where the event brought its price along.
                  required: [card_version, rate_id]
                  additionalProperties: false
                  properties:
                    card_version: { type: string }
                    rate_id: { type: string }
                occurred_at: { $ref: "#/components/schemas/Time" }
                recorded_at: { $ref: "#/components/schemas/Time" }
                actor:
                  type: [object, "null"]
                  required: [type, id]
                  additionalProperties: false
                  properties:
                    type: { type: string }
                    id: { type: string }
                reason: { type: [string, "null"] }
                origin:
                  type: [object, "null"]
                  description: Null where time made the entry.
                  required: [topic, partition, offset]
                  additionalProperties: false
                  properties:
                    topic: { type: string }
                    partition: { type: integer, minimum: 0 }
                    offset: { type: integer, minimum: 0 }
                commit:
                  type: object
                  required: [number, hash]
                  additionalProperties: false
                  properties:
                    number: { type: integer, minimum: 1 }
                    hash: { type: string, pattern: "^[0-9a-f]{64}$" }
            EntryList:
              type: object
              required: [entries, next_cursor]
              additionalProperties: false
              properties:
                entries: { type: array, items: { $ref: "#/components/schemas/Entry" } }
                next_cursor: { $ref: "#/components/schemas/NextCursor" }
            UsageSums:
              type: object
              required: [events, quantity, credits]
              properties:
                events: { type: integer, minimum: 0 }
                quantity: { $ref: "#/components/schemas/Amount" }
                credits: { $ref: "#/components/schemas/Amount" }
            UsageRollup:
              type: object
              required: [customer_id, credit_type, from, to, interval, usage, total, as_of]
              additionalProperties: false
              properties:
                customer_id: { type: string }
                credit_type: { type: string }
                from: { $ref: "#/components/schemas/Time" }
                to: { $ref: "#/components/schemas/Time" }
                interval: { enum: [hour, day, month] }
                usage:
                  type: array
                  items:
                    $ref: "#/components/schemas/UsageSums"
                    required: [start]
                    properties:
                      start: { $ref: "#/components/schemas/Time" }
                      action:
                        type: [string, "null"]
                        description: With `group_by=action`; null for usage that named none.
                    unevaluatedProperties: false
                total:
                  $ref: "#/components/schemas/UsageSums"
                  unevaluatedProperties: false
                as_of:
                  type: object
                  required: [sequence]
                  additionalProperties: false
                  properties:
                    sequence:
                      type: integer
                      minimum: 1
                      description: The account's last entry that is counted.
            Entitlement:
              type: object
              required: [allowed, cost, available, reason]
              additionalProperties: false
              properties:
                allowed: { type: boolean }
                cost:
                  oneOf: [{ $ref: "#/components/schemas/Amount" }, { type: "null" }]
                  description: Null where it has no price.
                available: { $ref: "#/components/schemas/Amount" }
                reason:
                  oneOf: [{ $ref: "#/components/schemas/RefusalCode" }, { type: "null" }]
            RefusalCode:
              enum:
                - invalid_json
                - invalid_field
                - missing_field
                - too_large
                - unknown_type
                - out_of_range
                - no_rate
                - too_old
                - too_far_in_future
                - insufficient_credits
                - usage_id_conflict
                - command_id_conflict
                - unknown_grant
                - unknown_usage
                - unknown_hold
                - already_reversed
                - exceeds_remaining
                - exceeds_debited
                - duplicate_grant
                - duplicate_hold
            DeadLetter:
              type: object
              required:
                [code, field, message, topic, partition, offset, timestamp, recorded_at, key, value,
                value_bytes, headers]
              additionalProperties: false
              properties:
                code: { $ref: "#/components/schemas/RefusalCode" }
                field: { type: [string, "null"] }
                message: { type: string }
                topic: { type: [string, "null"] }
                partition: { type: [integer, "null"] }
                offset: { type: integer }
                timestamp: { $ref: "#/components/schemas/Time" }
                recorded_at: { $ref: "#/components/schemas/Time" }
                key:
                  type: [string, "null"]
                  description: As text, at most 16384 bytes of it.
                value:
                  type: [string, "null"]
                  description: As text, at most 16384 bytes of it; null for a tombstone.
                value_bytes: { type: integer, minimum: 0, description: "Bytes of the whole value, also where it is cut; 0 for null." }
                headers:
                  type: array
                  items:
                    type: object
                    required: [name, value, value_bytes]
                    additionalProperties: false
                    properties:
                      name: { type: string }
                      value:
                        type: [string, "null"]
                        description: As text, at most 16384 bytes of it.
                      value_bytes: { type: integer, minimum: 0, description: "Bytes of the whole value, also where it is cut; 0 for null." }
            DeadLetterList:
              type: object
              required: [dead_letters, next_cursor]
              additionalProperties: false
              properties:
                dead_letters: { type: array, items: { $ref: "#/components/schemas/DeadLetter" } }
                next_cursor: { $ref: "#/components/schemas/NextCursor" }
            CommandOutcome:
              type: object
              required: [outcome, entries]
              additionalProperties: false
              properties:
                outcome: { enum: [applied, duplicate] }
                entries:
                  type: array
                  items: { $ref: "#/components/schemas/Entry" }
                  description: What the command made, now or when it was applied.
            PendingCommand:
              type: object
              required: [outcome, command_id]
              additionalProperties: false
              properties:
                outcome: { const: pending }
                command_id: { type: string }
            Problem:
              type: object
              required: [type, title, status, detail]
              additionalProperties: false
              properties:
                type: { type: string, format: uri-reference }
                title: { type: string }
                status: { type: integer }
                detail: { type: string }
                code: { type: string, description: A closed list; says to programs what `detail` says. }
                parameter: { type: string, description: The parameter at fault. }
                reasons:
                  type: array
                  items: { type: string }
                  description: Why the worker is not ready.

        """#
}

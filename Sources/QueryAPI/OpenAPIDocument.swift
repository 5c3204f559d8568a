/// The description of this API, as `GET /openapi.yaml` serves it.
///
/// A copy of `schemas/openapi.yaml`, so that the program is one file; a test holds the two together.
enum OpenAPIDocument {
    static let text = #"""
        openapi: 3.1.0
        info:
          title: Drawdown
          version: "1"
          summary: Balances, ledger entries and commands of a credit system.
          description: |
            Answers what the ledger holds. Amounts are exact decimals, written as strings; times are RFC 3339
            in UTC. What is absent is null, not left out. Every path also answers HEAD.
            Parameters that are not named here are ignored; one that is named and malformed is a 422 that
            names it. Ids in paths are percent-encoded UTF-8, `/` as `%2F`; in queries `+` is a space.
            Where tokens are configured, every call but the probes and this document needs one; a browser
            may send it as the password of Basic, for GET only. Without tokens the server listens on this
            machine only and refuses requests for any other host.
        servers:
          - url: http://127.0.0.1:8080
        security:
          - token: []
          - browser: []
          - {}
        paths:
          /openapi.yaml:
            get:
              operationId: getOpenAPI
              summary: This document.
              responses:
                "200":
                  description: This document.
                  content:
                    application/yaml: { schema: { type: string } }
                default: { $ref: "#/components/responses/Problem" }
          /healthz:
            get:
              operationId: getHealth
              summary: Whether the process is alive.
              responses:
                "200":
                  description: It is.
                  content:
                    application/json: { schema: { $ref: "#/components/schemas/Health" } }
                default: { $ref: "#/components/responses/Problem" }
          /readyz:
            get:
              operationId: getReadiness
              summary: Whether the worker consumes and is able to commit.
              responses:
                "200":
                  description: It does.
                  content:
                    application/json: { schema: { $ref: "#/components/schemas/Readiness" } }
                "503":
                  description: It does not; `reasons` says why.
                  content:
                    application/problem+json: { schema: { $ref: "#/components/schemas/Problem" } }
                default: { $ref: "#/components/responses/Problem" }
          /metrics:
            get:
              operationId: getMetrics
              summary: Figures in Prometheus' text format.
              description: >-
                Counters begin at 0 with the process. `kafka_consumergroup_lag` is the lag of every assigned
                partition against end offsets at most 100 ms old.
              responses:
                "200":
                  description: The figures.
                  content:
                    text/plain: { schema: { type: string } }
                default: { $ref: "#/components/responses/Problem" }
          /v1/customers:
            get:
              operationId: listCustomers
              summary: Customers with balances, in ascending order of their ids' bytes.
              parameters:
                - name: q
                  in: query
                  description: Only customers whose id contains this text.
                  schema: { type: string }
                - { $ref: "#/components/parameters/creditType" }
                - { $ref: "#/components/parameters/limit" }
                - { $ref: "#/components/parameters/cursor" }
              responses:
                "200":
                  description: One page.
                  content:
                    application/json: { schema: { $ref: "#/components/schemas/CustomerList" } }
                "422": { $ref: "#/components/responses/InvalidParameter" }
                default: { $ref: "#/components/responses/Problem" }
          /v1/customers/{customer_id}/balance:
            parameters:
              - { $ref: "#/components/parameters/customerID" }
            get:
              operationId: getBalance
              summary: A customer's balance, and how current it is.
              parameters:
                - { $ref: "#/components/parameters/creditType" }
              responses:
                "200":
                  description: The balance.
                  content:
                    application/json: { schema: { $ref: "#/components/schemas/CurrentBalance" } }
                "404": { $ref: "#/components/responses/UnknownCustomer" }
                "422": { $ref: "#/components/responses/InvalidParameter" }
                default: { $ref: "#/components/responses/Problem" }
          /v1/customers/{customer_id}/entries:
            parameters:
              - { $ref: "#/components/parameters/customerID" }
            get:
              operationId: listEntries
              summary: A customer's ledger entries, newest first.
              parameters:
                - name: type
                  in: query
                  description: Only entries of this type.
                  schema: { $ref: "#/components/schemas/EntryType" }
                - { $ref: "#/components/parameters/creditType" }
                - { $ref: "#/components/parameters/limit" }
                - { $ref: "#/components/parameters/cursor" }
              responses:
                "200":
                  description: One page.
                  content:
                    application/json: { schema: { $ref: "#/components/schemas/EntryList" } }
                "404": { $ref: "#/components/responses/UnknownCustomer" }
                "422": { $ref: "#/components/responses/InvalidParameter" }
                default: { $ref: "#/components/responses/Problem" }
          /v1/customers/{customer_id}/grants:
            parameters:
              - { $ref: "#/components/parameters/customerID" }
            get:
              operationId: listGrants
              summary: A customer's grants in the order in which they will be used.
              description: After those in use come those that are scheduled, then those that ended.
              parameters:
                - { $ref: "#/components/parameters/creditType" }
                - { $ref: "#/components/parameters/limit" }
                - { $ref: "#/components/parameters/cursor" }
              responses:
                "200":
                  description: One page.
                  content:
                    application/json: { schema: { $ref: "#/components/schemas/GrantList" } }
                "404": { $ref: "#/components/responses/UnknownCustomer" }
                "422": { $ref: "#/components/responses/InvalidParameter" }
                default: { $ref: "#/components/responses/Problem" }
          /v1/customers/{customer_id}/usage:
            parameters:
              - { $ref: "#/components/parameters/customerID" }
            get:
              operationId: getUsageRollup
              summary: What a customer used, by hour, day or month in UTC.
              description: |
                Sums of the `credits_consumed` entries by when the usage occurred; reversals are entries of
                their own. Intervals in which nothing was used are left out.
              parameters:
                - name: from
                  in: query
                  description: The first hour; by default 30 days before `to`.
                  schema: { type: string, format: date-time }
                - name: to
                  in: query
                  description: The hour behind the last; by default that behind the present one.
                  schema: { type: string, format: date-time }
                - name: interval
                  in: query
                  schema: { enum: [hour, day, month], default: day }
                - name: group_by
                  in: query
                  schema: { enum: [action] }
                - { $ref: "#/components/parameters/creditType" }
              responses:
                "200":
                  description: The sums, in ascending order.
                  content:
                    application/json: { schema: { $ref: "#/components/schemas/UsageRollup" } }
                "404": { $ref: "#/components/responses/UnknownCustomer" }
                "422": { $ref: "#/components/responses/InvalidParameter" }
                default: { $ref: "#/components/responses/Problem" }
          /v1/customers/{customer_id}/entitlement:
            parameters:
              - { $ref: "#/components/parameters/customerID" }
            get:
              operationId: getEntitlement
              summary: Whether a customer's credits cover some work.
              description: |
                Answered from memory, and sets nothing aside: of two who ask at the same time, both may be
                told yes. Where that matters, send a `hold`, do the work, and name its `hold_id` in the
                usage event. Covered is what `available` and the account's overdraft limit cover; an account
                whose overdraft is `record` is not covered below 0, though its usage would be recorded.
                Every parameter that is not named here is a dimension.
              parameters:
                - name: action
                  in: query
                  description: What is to be done; required without `credits`.
                  schema: { type: string }
                - name: quantity
                  in: query
                  schema: { type: string, pattern: "^[0-9]{1,26}(\\.[0-9]{1,12})?$", default: "1" }
                - name: credits
                  in: query
                  description: An explicit price, which wins over the rate card.
                  schema: { type: string, pattern: "^[0-9]{1,26}(\\.[0-9]{1,12})?$" }
                - { $ref: "#/components/parameters/creditType" }
              responses:
                "200":
                  description: The answer, also where it is no.
                  content:
                    application/json: { schema: { $ref: "#/components/schemas/Entitlement" } }
                "404": { $ref: "#/components/responses/UnknownCustomer" }
                "422": { $ref: "#/components/responses/InvalidParameter" }
                default: { $ref: "#/components/responses/Problem" }
          /v1/usage/{usage_id}:
            parameters:
              - name: usage_id
                in: path
                required: true
                schema: { type: string, minLength: 1 }
            get:
              operationId: getUsage
              summary: The entry that a usage event made.
              parameters:
                - name: source
                  in: query
                  description: The event's source; usage ids are unique per source.
                  schema: { type: string, default: "" }
              responses:
                "200":
                  description: The entry.
                  content:
                    application/json: { schema: { $ref: "#/components/schemas/Entry" } }
                "404":
                  description: No usage of this source and id was applied.
                  content:
                    application/problem+json: { schema: { $ref: "#/components/schemas/Problem" } }
                "422": { $ref: "#/components/responses/InvalidParameter" }
                default: { $ref: "#/components/responses/Problem" }
          /v1/commands:
            post:
              operationId: submitCommand
              summary: Publishes a command and answers with what it did.
              description: |
                The command goes to the commands topic like that of any other producer, and the answer is
                what a durable commit holds. A client that got no answer, a 202 or a 503 sends the same
                command again under the same id: it is applied at most once, and the second answer tells
                what the first did. What is malformed is answered at once and not published.
              parameters:
                - name: wait
                  in: query
                  description: How long the answer may take, in seconds.
                  schema: { type: number, minimum: 0, maximum: 5, default: 2 }
                - name: Idempotency-Key
                  in: header
                  description: Stands in for `command_id`; where both are there, they must be the same.
                  schema: { type: string, minLength: 1, maxLength: 256 }
              requestBody:
                required: true
                content:
                  application/json: { schema: { $ref: "#/components/schemas/Command" } }
              responses:
                "200":
                  description: It is applied, or was before.
                  content:
                    application/json: { schema: { $ref: "#/components/schemas/CommandOutcome" } }
                "202":
                  description: It is in the topic, and not yet applied.
                  content:
                    application/json: { schema: { $ref: "#/components/schemas/PendingCommand" } }
                "402":
                  description: Credits that are available do not cover the hold (`insufficient_credits`).
                  content:
                    application/problem+json: { schema: { $ref: "#/components/schemas/Problem" } }
                "409":
                  description: The id was used with other content (`command_id_conflict`).
                  content:
                    application/problem+json: { schema: { $ref: "#/components/schemas/Problem" } }
                "413":
                  description: The body is too large (`too_large`).
                  content:
                    application/problem+json: { schema: { $ref: "#/components/schemas/Problem" } }
                "415":
                  description: The body is not declared to be JSON.
                  content:
                    application/problem+json: { schema: { $ref: "#/components/schemas/Problem" } }
                "422":
                  description: It is refused; `code` says why, `parameter` names the field.
                  content:
                    application/problem+json: { schema: { $ref: "#/components/schemas/Problem" } }
                "503":
                  description: Whether it will be applied is not known; send it again under the same id.
                  content:
                    application/problem+json: { schema: { $ref: "#/components/schemas/Problem" } }
                default: { $ref: "#/components/responses/Problem" }
          /v1/dead-letters:
            get:
              operationId: listDeadLetters
              summary: The latest inputs that could not be applied, newest first.
              description: >-
                As many as the ledger remembers, at least those since the worker started; all of them are in
                the dead letters' topic. A page of a rare code may be empty and yet have a `next_cursor`.
              parameters:
                - name: code
                  in: query
                  description: Only those with this code.
                  schema: { $ref: "#/components/schemas/RefusalCode" }
                - { $ref: "#/components/parameters/limit" }
                - { $ref: "#/components/parameters/cursor" }
              responses:
                "200":
                  description: One page.
                  content:
                    application/json: { schema: { $ref: "#/components/schemas/DeadLetterList" } }
                "422": { $ref: "#/components/responses/InvalidParameter" }
                default: { $ref: "#/components/responses/Problem" }
        components:
          securitySchemes:
            token: { type: http, scheme: bearer, description: A token with read or write scope. }
            browser: { type: http, scheme: basic, description: Any name; the password is the token. }
          parameters:
            customerID:
              name: customer_id
              in: path
              required: true
              schema: { type: string, minLength: 1 }
            creditType:
              name: credit_type
              in: query
              schema: { type: string, minLength: 1, default: credits }
            limit:
              name: limit
              in: query
              description: Items on a page.
              schema: { type: integer, minimum: 1, maximum: 500, default: 50 }
            cursor:
              name: cursor
              in: query
              description: The `next_cursor` of the page before; opaque.
              schema: { type: string, minLength: 1 }
          responses:
            Problem:
              description: Any other problem (RFC 9457).
              content:
                application/problem+json: { schema: { $ref: "#/components/schemas/Problem" } }
            InvalidParameter:
              description: A parameter is malformed; `parameter` names it.
              content:
                application/problem+json: { schema: { $ref: "#/components/schemas/Problem" } }
            UnknownCustomer:
              description: The customer has no entry in this credit type.
              content:
                application/problem+json: { schema: { $ref: "#/components/schemas/Problem" } }
          schemas:
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
                    before the first assignment.
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
                key: { type: [string, "null"] }
                value:
                  type: [string, "null"]
                  description: As text, at most 16384 bytes of it; null for a tombstone.
                value_bytes: { type: integer, minimum: 0 }
                headers:
                  type: array
                  items:
                    type: object
                    required: [name, value]
                    additionalProperties: false
                    properties:
                      name: { type: string }
                      value: { type: [string, "null"] }
            DeadLetterList:
              type: object
              required: [dead_letters, next_cursor]
              additionalProperties: false
              properties:
                dead_letters: { type: array, items: { $ref: "#/components/schemas/DeadLetter" } }
                next_cursor: { $ref: "#/components/schemas/NextCursor" }
            Command:
              type: object
              description: One of the commands of command.schema.json, which holds what each type needs.
              required: [type, customer_id]
              properties:
                command_id: { type: string, minLength: 1 }
                type: { enum: [grant, void, adjust, hold, release, configure, reverse_usage] }
                customer_id: { type: string, minLength: 1 }
                credit_type: { type: string, minLength: 1, default: credits }
                reason: { type: string }
                actor:
                  type: object
                  required: [type, id]
                  properties:
                    type: { type: string }
                    id: { type: string }
              additionalProperties: true
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

------------------------------ MODULE Exchange ------------------------------
(***************************************************************************)
(* Consent, relay, withdrawal, crash and a lying hub, as one state machine *)
(* that TLC searches to the end within small bounds.  README.md says how   *)
(* to read it, what it leaves out, and which text each property is of.     *)
(*                                                                         *)
(* KR has filed one report and consents to it for US, or for US and JP.    *)
(* KR and JP have no channel: whatever passes between them passes the hub. *)
(* An action is an act of one node's sequencer (src/trilogue/node/         *)
(* sequencer.py) or an event outside; its comment names the code.          *)
(***************************************************************************)
EXTENDS Integers, FiniteSets

CONSTANTS
    Grants,      \* numbers of the grants that KR may give
    Audiences,   \* whom a grant may be for: {US} and {US, JP}
    Expiries,    \* ticks at which a grant may end; Never is one of them
    LastTick,    \* time stands still here
    Withdraws,   \* whether KR may withdraw
    Partly,      \* whether KR may withdraw from some of the audience alone
    MaxMishaps,  \* how many crashes and lost answers there are; Unbounded for any number
    Lossy,       \* whether the network loses what it carries
    Restores,    \* whether a vault may come back from an older copy
    Liar,        \* whether the hub does whatever its keys make possible
    Answering,   \* whether receipts, refusals and destructions are carried back to KR
    Plants       \* names of planted faults: what the checks are checked with

Never == LastTick + 1
Unbounded == 99
Nodes == {"KR", "US", "JP"}
Hub == "US"
Neighbours(p) == IF p = Hub THEN Nodes \ {Hub} ELSE {Hub}
Recipients == {"US", "JP"}
Honest == IF Liar THEN Nodes \ {Hub} ELSE Nodes
Planted(fault) == fault \in Plants

VARIABLES
    now,       \* ticks since the beginning; every node's clock shows it
    log,       \* node -> its own statements: on disk, signed for
    heard,     \* node -> statements of others that count there
    outbox,    \* node -> rows [row, peer]: what a neighbour has not acknowledged
    holding,   \* node, grant -> "none", "held", "destroyed": the row in the store
    vault,     \* node -> grants whose wrapping key stands in the vault's file
    boxes,     \* node -> sealed boxes that wait in the store to be delivered
    net,       \* deliveries underway; one that is not lost may arrive again and again
    promised,  \* statements that KR's people were told are logged
    blamed,    \* [by, peer]: incidents that name a neighbour's fault
    mishaps    \* crashes and lost answers so far, where they are counted
vars == <<now, log, heard, outbox, holding, vault, boxes, net, promised, blamed, mishaps>>

-----------------------------------------------------------------------------
(* Statements (08-statements.md).  A cite holds a leaf hash and a leaf a    *)
(* salted commitment, so a statement is what it says: whoever alters it has *)
(* another one, which stands in no log.                                     *)

Grant(g, for, expires) ==
    [kind |-> "grant", by |-> "KR", g |-> g, for |-> for, expires |-> expires]
Withdrawal(g, for, hour) ==
    [kind |-> "withdrawal", by |-> "KR", g |-> g, for |-> for, hour |-> hour]
Receipt(p, g) == [kind |-> "receipt", by |-> p, g |-> g]
Refusal(p, g) == [kind |-> "refusal", by |-> p, g |-> g]
Destruction(p, g, after) == [kind |-> "destruction", by |-> p, g |-> g, after |-> after]
Relay(s, to) == [kind |-> "relay", by |-> Hub, of |-> s, to |-> to]
Padding == [kind |-> "padding", by |-> Hub]

Of(statements, kind) == {s \in statements : s.kind = kind}
GrantsIn(statements, g) == {s \in Of(statements, "grant") : s.g = g}

\* protocol/passage.py, `concerns`: whom a statement concerns follows from what it says.
For(s) ==
    CASE s.kind \in {"grant", "withdrawal"} -> s.for
      [] s.kind \in {"receipt", "refusal", "destruction"} -> IF Answering THEN {"KR"} ELSE {}
      [] s.kind = "relay" -> {s.to}
      [] OTHER -> {}
\* protocol/passage.py, `address`: neighbours directly, all others through the hub.
To(s) == {IF p \in Neighbours(s.by) THEN p ELSE Hub : p \in For(s)}
\* protocol/passage.py, `onward`: to whom the hub must pass a statement on.
Onward(s) == IF s.by = Hub THEN {} ELSE For(s) \ (Neighbours(s.by) \cup {s.by})

Box(g, for, by) == [g |-> g, for |-> for, by |-> by]

\* node/books.py, `ended`, as the node knows it.
Ended(p, g, who) == \E w \in Of(log[p] \cup heard[p], "withdrawal") : w.g = g /\ who \in w.for

-----------------------------------------------------------------------------
(* An act of the sequencer (node/sequencer.py, `commit`):                   *)
(*     erase keys (synced) - sync new keys - commit the store - answer      *)
(* A node has one writer, and nobody sees anything of an act before it is   *)
(* committed, so that acts of different nodes commute, and a mishap is one  *)
(* of the ways in which an act ends:                                        *)
(*   "done"    all of it happened, and whoever waited was answered          *)
(*   "early"   crash before the commit: erased keys are erased, no more     *)
(*             happened (a key without its row opens nothing)               *)
(*   "late"    crash after the commit, or the answer is lost on its way     *)

Ends == IF MaxMishaps = Unbounded \/ mishaps < MaxMishaps
        THEN {"done", "early", "late"} ELSE {"done"}

\* What an act says, takes in, keeps and loses the keys of, and does to the boxes in its store.
Nothing == [says |-> {}, takes |-> {}, keeps |-> {}, loses |-> {}, adds |-> {}, drops |-> {}]

\* What a row delivers: a relay delivers what it carries, verbatim.
Carried(s) == IF s.kind = "relay" THEN s.of ELSE s

\* One row of an outbox with all that the store has beside it (node/sending.py, `_load`).
Delivery(p, q, s, waiting) ==
    [from |-> p, to |-> q, row |-> s,
     boxes |-> IF Carried(s).kind = "grant"
               THEN {b \in waiting : b.g = Carried(s).g /\ (q = Hub \/ b.for = q)} ELSE {},
     \* It stays while a holding of it is left, or a box that waits to go with it; KR keeps its own.
     ciphertext |-> \/ p = "KR"
                    \/ \E g \in Grants : holding[p][g] = "held"
                    \/ waiting /= {} /\ ~Planted("ciphertext-not-kept")]

\* Whether whoever waits for an answer gets one.
Answers(end, plant) == end = "done" \/ (end = "early" /\ Planted(plant))

\* Node p carries out the effect e. Its answer, if it arrives, takes the row `gone` of the outbox
\* of node q away, with the boxes that only it needed (node/sending.py, `acknowledge`). `logged`
\* stands in the hub's log by the hub's own doing.
Act(p, e, end, q, gone, logged) ==
    LET committed == end /= "early"
        erased == IF Planted("certificate-before-erasure") /\ end /= "done" THEN {} ELSE e.loses
        synced == IF Planted("row-before-key") /\ end /= "done" THEN {} ELSE e.keeps
        said == {s \in e.says :
            /\ ~(Planted("relay-in-another-act") /\ end = "late" /\ s.kind = "relay")
            /\ ~(Planted("destruction-not-logged") /\ s.kind = "destruction")}
        rows == UNION {{[row |-> s, peer |-> r] : r \in To(s)} : s \in said}
        forgets == Planted("outbox-in-memory") /\ end /= "done"
        heeds == gone /= {} /\ Answers(end, "acknowledged-before-commit")
        mine == IF committed THEN (boxes[p] \ e.drops) \cup e.adds ELSE boxes[p]
    IN  /\ end = "early" => e.loses /= {} \/ Plants /= {}  \* else nothing has happened
        /\ mishaps' = IF end = "done" \/ MaxMishaps = Unbounded THEN mishaps ELSE mishaps + 1
        /\ vault' = [vault EXCEPT ![p] = (@ \ erased) \cup (IF committed THEN synced ELSE {})]
        /\ log' = [log EXCEPT ![Hub] = @ \cup logged,
                              ![p] = IF committed THEN @ \cup said ELSE @]
        /\ heard' = IF committed THEN [heard EXCEPT ![p] = @ \cup e.takes] ELSE heard
        /\ holding' = IF committed
                      THEN [holding EXCEPT ![p] = [g \in Grants |->
                               IF g \in e.keeps THEN "held"
                               ELSE IF g \in e.loses /\ @[g] = "held" THEN "destroyed" ELSE @[g]]]
                      ELSE holding
        /\ outbox' = [n \in Nodes |->
               IF n = p THEN IF forgets THEN {}
                             ELSE IF committed THEN outbox[p] \cup rows ELSE outbox[p]
               ELSE IF n = q /\ heeds THEN outbox[q] \ {[row |-> s, peer |-> p] : s \in gone}
               ELSE outbox[n]]
        /\ boxes' = [n \in Nodes |->
               IF n = p THEN mine
               ELSE IF n = q /\ heeds
                    THEN {b \in boxes[q] : ~\E s \in gone :
                             Carried(s).kind = "grant" /\ Carried(s).g = b.g}
               ELSE boxes[n]]
        /\ net' = IF end = "early" /\ Planted("sent-before-commit")
                  THEN net \cup {Delivery(p, r.peer, r.row, boxes[p] \cup e.adds) : r \in rows}
                  ELSE net

\* An act that nobody's outbox waits for.
ActAlone(p, e, end) == Act(p, e, end, p, {}, {})

-----------------------------------------------------------------------------
(* KR's people.                                                             *)

\* node/desk.py, `grant`: the statement, and a sealed box for each of the audience.
DeskGrant(g, for, expires, end) ==
    /\ GrantsIn(log["KR"], g) = {}
    /\ \A h \in Grants : h < g => GrantsIn(log["KR"], h) /= {}
    /\ now < expires
    /\ LET s == Grant(g, for, expires)
       IN  /\ ActAlone("KR", [Nothing EXCEPT !.says = {s}, !.adds = {Box(g, q, "KR") : q \in for}], end)
           /\ promised' = IF Answers(end, "promise-before-commit") THEN promised \cup {s}
                          ELSE promised
    /\ UNCHANGED <<now, blamed>>

\* node/desk.py, `withdraw`: for those of the audience for whom it has not ended.
DeskWithdraw(g, for, end) ==
    /\ Withdraws
    /\ \E s \in GrantsIn(log["KR"], g) : for \subseteq s.for /\ (Partly \/ for = s.for)
    /\ for /= {}
    /\ \A q \in for : ~Ended("KR", g, q)
    /\ LET s == Withdrawal(g, for, now)
       IN  /\ ActAlone("KR", [Nothing EXCEPT !.says = {s}], end)
           /\ promised' = IF Answers(end, "promise-before-commit") THEN promised \cup {s}
                          ELSE promised
    /\ UNCHANGED <<now, blamed>>

\* node/repeats.py, `once`: who was not answered asks again, and gets the answer of the first time.
AskAgain(s) ==
    /\ s.kind \in {"grant", "withdrawal"}
    /\ s \notin promised
    /\ promised' = promised \cup {s}
    /\ UNCHANGED <<now, log, heard, outbox, holding, vault, boxes, net, blamed, mishaps>>

-----------------------------------------------------------------------------
(* The channel.                                                             *)

Waiting(p, q) == {r.row : r \in {r \in outbox[p] : r.peer = q}}

\* node/sending.py, `outgoing`: all that waits for a neighbour. Runs between two acts.
Outgoing(p, q) ==
    LET sent == {Delivery(p, q, s, boxes[p]) : s \in Waiting(p, q)}
    IN  /\ ~(sent \subseteq net)
        /\ net' = net \cup sent
        /\ UNCHANGED <<now, log, heard, outbox, holding, vault, boxes, promised, blamed, mishaps>>

\* A request breaks off, a neighbour is away.
Lose ==
    /\ Lossy
    /\ \E m \in net : net' = net \ {m}
    /\ UNCHANGED <<now, log, heard, outbox, holding, vault, boxes, promised, blamed, mishaps>>

-----------------------------------------------------------------------------
(* Receiving (node/receiving.py), by the numbered acceptance steps.         *)

\* Steps 0 to 5 (protocol/voice.py): it stands in its speaker's log. Nobody else can sign for it.
Proven(p, s) ==
    \/ s \in log[s.by]
    \/ Planted("sent-before-commit")  \* it was signed before it was on disk
    \/ p /= Hub /\ s.by /= Hub /\ Planted("recipient-skips-the-proof")

\* Step 6 (protocol/passage.py): from a neighbour, or behind the hub's relay; and meant for me.
Passes(p, s, m) ==
    /\ \/ s.by \in Neighbours(p)
       \/ m.row = Relay(s, p)
       \/ Planted("recipient-skips-the-passage")
    /\ \/ p \in For(s) \cup To(s)
       \/ p = "JP" /\ Planted("recipient-skips-the-grant")

\* node/accepting.py, `relay`: what the hub passes on, or refuses because it holds nothing.
RelaysAtHub(p, s) ==
    IF p = Hub THEN {Relay(s, q) : q \in Onward(s)} ELSE {}

Ok(e) == [ok |-> TRUE, again |-> FALSE, does |-> e]
Again == [ok |-> FALSE, again |-> TRUE, does |-> Nothing]
Fault == [ok |-> FALSE, again |-> FALSE, does |-> Nothing]

\* node/accepting.py, `_grant`, and steps 7 to 9 (protocol/opening.py).
AcceptGrant(p, s, m) ==
    LET unopened == IF p = Hub /\ Onward(s) = {} /\ Ended(p, s.g, p) THEN Nothing
                    ELSE IF p = Hub \/ now >= s.expires
                         THEN [Nothing EXCEPT !.says = {Refusal(p, s.g)}] ELSE Nothing
        careless == p = "JP" /\ Planted("recipient-skips-the-grant")
        box == \E b \in m.boxes : b.g = s.g /\ b.for = p /\ (b.by = s.by \/ careless)
        for_others == {b \in m.boxes : b.g = s.g /\ b.for \in Onward(s)
                                       /\ b.for \in s.for /\ ~Ended(p, s.g, b.for)}
    IN  IF p \notin s.for /\ ~careless THEN Fault                           \* step 7
        ELSE IF Ended(p, s.g, p) /\ ~Planted("late-grant-opens") THEN Ok(unopened)
        ELSE IF now >= s.expires THEN Ok(unopened)
        ELSE IF ~box \/ ~m.ciphertext THEN Again                            \* step 9
        ELSE Ok([Nothing EXCEPT !.keeps = {s.g},
                                !.says = {Receipt(p, s.g)} \cup RelaysAtHub(p, s),
                                !.adds = IF p = Hub THEN for_others ELSE {}])

\* node/accepting.py, `_withdrawal`. Nothing held is certified as well: it never will be.
AcceptWithdrawal(p, s) ==
    LET mine == p \in s.for
        certified == IF mine THEN {Destruction(p, s.g, "withdrawal")} ELSE {}
    IN  IF Planted("withdrawal-waits-for-its-grant") /\ GrantsIn(heard[p], s.g) = {} THEN Again
        ELSE Ok([Nothing EXCEPT !.loses = IF mine THEN {s.g} ELSE {},
                                !.says = certified \cup RelaysAtHub(p, s),
                                !.drops = {b \in boxes[p] : b.g = s.g /\ b.for \in s.for}])

\* node/receiving.py, `_take`: what becomes of one statement. It counts once.
Take(p, s, m) ==
    IF s \in heard[p] THEN Ok(Nothing)
    ELSE IF ~Proven(p, s) \/ ~Passes(p, s, m) THEN Fault
    ELSE LET found == CASE s.kind = "grant" -> AcceptGrant(p, s, m)
                        [] s.kind = "withdrawal" -> AcceptWithdrawal(p, s)
                        [] OTHER -> Ok([Nothing EXCEPT !.says = RelaysAtHub(p, s)])
         IN  IF found.ok THEN [found EXCEPT !.does.takes = {s}] ELSE found

\* node/receiving.py, `receive`: a delivery, in one act, with the receipts, destructions and relays
\* that follow from it (step 10). `relay` vouches for what it carries; without one it is Padding.
\* A delivery that brings nothing new, and whose answer changes nothing, is left out.
TakeIn(m, relay, said, end, logged) ==
    LET p == m.to
        vouching == IF relay \in heard[p] \/ relay = Padding THEN {} ELSE {relay}
        taken == Take(p, said, m)
        e == [taken.does EXCEPT !.takes = @ \cup vouching]
        waits == [row |-> m.row, peer |-> p] \in outbox[m.from] /\ ~taken.again
        fault == ~taken.ok /\ ~taken.again
        incident == [by |-> p, peer |-> m.from]
    IN  /\ (waits /\ end = "done") \/ e /= Nothing \/ (fault /\ incident \notin blamed)
        /\ Act(p, e, end, m.from, IF waits THEN {m.row} ELSE {}, logged)
        /\ blamed' = IF fault /\ end /= "early" THEN blamed \cup {incident} ELSE blamed
        /\ UNCHANGED <<now, promised>>

Receive(p, q, end) ==
    \E m \in net :
        /\ m.from = p /\ m.to = q
        /\ \/ Carried(m.row) \notin heard[q]
           \/ [row |-> m.row, peer |-> q] \in outbox[p]
        /\ TakeIn(m, IF m.row.kind = "relay" THEN m.row ELSE Padding, Carried(m.row), end, {})

\* A hub that relays what was not granted, and sends it with a box that it made itself: it has the
\* key, since the report was granted to it. For the plants; the liar does this and more.
RelayUngranted(s) ==
    /\ Planted("hub-relays-ungranted")
    /\ s.kind = "grant" /\ s \in heard[Hub] /\ "JP" \notin s.for
    /\ Relay(s, "JP") \notin log[Hub]
    /\ ActAlone(Hub, [Nothing EXCEPT !.says = {Relay(s, "JP")},
                                     !.adds = {Box(s.g, "JP", Hub)}], "done")
    /\ UNCHANGED <<now, promised, blamed>>

-----------------------------------------------------------------------------
(* Time, and what follows from it alone.                                    *)

\* node/engine.py, `sweep`: what ran out by itself is destroyed and certified.
Sweep(p, g, end) ==
    /\ p \in Recipients
    /\ ~Planted("expired-is-kept")
    /\ holding[p][g] = "held"
    /\ \E s \in GrantsIn(heard[p], g) : now >= s.expires
    /\ ActAlone(p, [Nothing EXCEPT !.loses = {g}, !.says = {Destruction(p, g, "expiry")}], end)
    /\ UNCHANGED <<now, promised, blamed>>

Tick ==
    /\ now < LastTick
    /\ now' = now + 1
    /\ UNCHANGED <<log, heard, outbox, holding, vault, boxes, net, promised, blamed, mishaps>>

\* A vault comes back from a copy with every key that it ever had. Before the node serves it
\* destroys again what its store says is destroyed (node/holdings.py, `replay_destructions`).
RestoreVault(p) ==
    LET back == {g \in Grants : holding[p][g] /= "none"}
        gone == {g \in Grants : holding[p][g] = "destroyed"}
    IN  /\ Restores
        /\ vault' = [vault EXCEPT ![p] =
               (@ \cup back) \ (IF Planted("no-replay") THEN {} ELSE gone)]
        /\ vault' /= vault
        /\ UNCHANGED <<now, log, heard, outbox, holding, boxes, net, promised, blamed,
                       mishaps>>

-----------------------------------------------------------------------------
(* The hub that lies.  It holds its own keys and every delivery it was sent *)
(* (net), and nobody else's keys.  What it knows never gets less, so what   *)
(* it could have sent before it can send now: its lies are made when they   *)
(* arrive.  Dropping is not sending.                                        *)

Told == {m.row : m \in {m \in net : m.to = Hub}}
BoxesTold == UNION {m.boxes : m \in {m \in net : m.to = Hub}}

\* Another's statement made to say more: it stands in no log.
Altered ==
    {Grant(s.g, s.for \cup {"JP"}, s.expires) : s \in Of(Told, "grant")}
    \cup {Grant(s.g, s.for, Never) : s \in Of(Told, "grant")}
    \cup {Withdrawal(s.g, {"JP"}, now) : s \in Of(Told, "grant")}
    \cup {Destruction("JP", s.g, "withdrawal") : s \in Of(Told, "withdrawal")}

\* Boxes for q: those that it was given, and those that it can make because it has the key.
BoxesFor(q) ==
    {b \in BoxesTold : b.for = q} \cup {Box(b.g, q, Hub) : b \in {b \in BoxesTold : b.for = Hub}}

\* Any statement that it was told, or that it made up, relayed on the record or without a relay.
Lie(q, s, end) ==
    /\ Liar
    /\ q \in Neighbours(Hub) /\ s.by /= q
    /\ \E on_record \in BOOLEAN, sealed \in {{}, BoxesFor(q)} :
           LET r == IF on_record THEN Relay(s, q) ELSE Padding
           IN  TakeIn([from |-> Hub, to |-> q, row |-> r, boxes |-> sealed, ciphertext |-> TRUE],
                      r, s, end, {r} \ {Padding})

\* It acknowledges what it throws away.
FalseAck(p, s) ==
    /\ Liar
    /\ p \in Neighbours(Hub)
    /\ [row |-> s, peer |-> Hub] \in outbox[p]
    /\ outbox' = [outbox EXCEPT ![p] = @ \ {[row |-> s, peer |-> Hub]}]
    /\ UNCHANGED <<now, log, heard, holding, vault, boxes, net, promised, blamed, mishaps>>

-----------------------------------------------------------------------------
Init ==
    /\ now = 0
    /\ log = [p \in Nodes |-> {}]
    /\ heard = [p \in Nodes |-> {}]
    /\ outbox = [p \in Nodes |-> {}]
    /\ holding = [p \in Nodes |-> [g \in Grants |-> "none"]]
    /\ vault = [p \in Nodes |-> {}]
    /\ boxes = [p \in Nodes |-> {}]
    /\ net = {}
    /\ promised = {}
    /\ blamed = {}
    /\ mishaps = 0

\* All has been said and heard. Any other state without a next one is a deadlock.
Settled ==
    /\ now = LastTick
    /\ Liar \/ \A p \in Nodes : outbox[p] = {}
    /\ UNCHANGED vars

Links == {<<p, q>> \in Nodes \X Nodes : q \in Neighbours(p)}

Next ==
    \/ \E end \in Ends :
        \/ \E g \in Grants, for \in Audiences, expires \in Expiries : DeskGrant(g, for, expires, end)
        \/ \E g \in Grants, for \in SUBSET Recipients : DeskWithdraw(g, for, end)
        \/ \E p \in Honest, g \in Grants : Sweep(p, g, end)
        \/ \E link \in Links : link \in Honest \X Honest /\ Receive(link[1], link[2], end)
        \/ \E q \in Nodes : Liar /\ \E s \in Told \cup Altered : Lie(q, s, end)
    \/ \E s \in log["KR"] : AskAgain(s)
    \/ \E link \in Links : Outgoing(link[1], link[2])
    \/ \E p \in Nodes : \E s \in Waiting(p, Hub) : FalseAck(p, s)
    \/ \E s \in heard[Hub] : RelayUngranted(s)
    \/ \E p \in Honest : RestoreVault(p)
    \/ Lose
    \/ Tick
    \/ Settled

\* Honest nodes go on, what is sent again and again arrives at last, and time passes. Nothing is
\* asked of the people, of a hub that lies, of crashes or of losses.
Steps ==
    \/ \E p \in Honest, g \in Grants : Sweep(p, g, "done")
    \/ \E link \in Links : link[1] \in Honest /\ Outgoing(link[1], link[2])
Arrivals ==
    \E link \in Links : link \in Honest \X Honest /\ Receive(link[1], link[2], "done")

\* Without losses no state comes back, so that one condition on all of it is as good as many.
Fairness ==
    IF Lossy THEN WF_vars(Tick \/ Steps) /\ SF_vars(Arrivals)
             ELSE WF_vars(Tick \/ Steps \/ Arrivals)

Safe == Init /\ [][Next]_vars
Fair == Safe /\ Fairness

-----------------------------------------------------------------------------
(* Properties.  README.md sets each beside the text that it is of.          *)

Withdrawn(g, p) == \E w \in Of(log["KR"], "withdrawal") : w.g = g /\ p \in w.for

\* (1) node/reading.py, `read`: what the node would open for a person now, by its own books.
CanRead(p, g) ==
    /\ holding[p][g] = "held" /\ g \in vault[p]
    /\ ~Ended(p, g, p)
    /\ \E s \in GrantsIn(heard[p], g) :
        /\ p \in s.for \/ Planted("recipient-skips-the-grant")
        /\ now < s.expires \/ Planted("reading-skips-the-window")

NoReadWithoutGrant ==
    \A p \in Honest \cap Recipients, g \in Grants : CanRead(p, g) =>
        /\ \E s \in GrantsIn(log["KR"], g) : p \in s.for /\ now < s.expires
        /\ ~\E w \in Of(log["KR"] \cap heard[p], "withdrawal") : w.g = g /\ p \in w.for

\* No grant, no key: not even where nobody reads.
NoKeyWithoutGrant ==
    \A p \in Honest \cap Recipients, g \in Grants : g \in vault[p] =>
        \E s \in GrantsIn(log["KR"], g) : p \in s.for

\* (2) What is certified destroyed is gone: neither the store nor any copy of it can be opened.
CertifiedIsGone ==
    \A p \in Honest : \A d \in Of(log[p], "destruction") :
        ~(holding[p][d.g] /= "none" /\ d.g \in vault[p])

Certified(p, g) == \E d \in Of(log[p], "destruction") : d.g = g /\ d.after = "withdrawal"
Overdue(p, g) ==
    /\ \E w \in Of(log["KR"], "withdrawal") : w.g = g /\ p \in w.for /\ now > w.hour
    /\ ~Certified(p, g)

WithdrawalIsCertified ==
    \A p \in Recipients, g \in Grants : Withdrawn(g, p) ~> Certified(p, g)
CertifiedOrOverdue ==
    \A p \in Honest \cap Recipients, g \in Grants :
        (Withdrawn(g, p) /\ now < LastTick) ~> [](Certified(p, g) \/ Overdue(p, g))
ExpiredIsDestroyed ==
    \A p \in Honest \cap Recipients, g \in Grants :
        (g \in vault[p] /\ \E s \in GrantsIn(heard[p], g) : now >= s.expires) ~> g \notin vault[p]

\* (3) What its people were told is logged, is.
PromisedIsLogged == promised \subseteq log["KR"]

\* What is logged is with whom it concerns, or on its way: in an outbox, or in the hub's hands,
\* which relays or refuses in the very act in which it takes in.
LoggedIsNotLost ==
    /\ \A p \in Nodes : \A s \in log[p] : \A q \in To(s) :
        s \in heard[q] \/ [row |-> s, peer |-> q] \in outbox[p]
    /\ \A s \in heard[Hub] : \A q \in Onward(s) :
        Relay(s, q) \in log[Hub] \/ (s.kind = "grant" /\ Refusal(Hub, s.g) \in log[Hub])
    /\ \A r \in Of(log[Hub], "relay") :
        r.of \in heard[r.to] \/ [row |-> r, peer |-> r.to] \in outbox[Hub]

\* What was received can be opened, until it is withdrawn or runs out.
ReceivedIsNotLost ==
    \A p \in Honest \cap Recipients : \A r \in Of(log[p], "receipt") :
        \/ CanRead(p, r.g)
        \/ Withdrawn(r.g, p)
        \/ \E s \in GrantsIn(heard[p], r.g) : now >= s.expires

Answered(p, g) ==
    \/ Receipt(p, g) \in log[p]
    \/ Refusal(p, g) \in log[p]
    \/ Refusal(Hub, g) \in log[Hub]
    \/ Certified(p, g)
GrantIsAnswered ==
    \A p \in Recipients, g \in Grants :
        (\E s \in GrantsIn(log["KR"], g) : p \in s.for) ~> Answered(p, g)
AllArrives ==
    \A p \in Nodes : outbox[p] /= {} ~> outbox[p] = {}

\* (5) Nothing counts off the log, nothing is passed on off the record, and no log loses anything.
NothingCountsOffTheLog == \A p \in Honest : \A s \in heard[p] : s \in log[s.by]
PassedOnTheRecord ==
    \A p \in Honest : \A s \in heard[p] : s.by \in Neighbours(p) \/ Relay(s, p) \in log[Hub]
LogsOnlyGrow == [][\A p \in Nodes : log[p] \subseteq log'[p]]_vars

\* What the public audit asks of the hub (protocol/audit/passages.py): each relay of a grant is to
\* somebody whom it is for. A hub that lies can break this, in its own signed log.
RelaysAreGranted == \A r \in Of(log[Hub], "relay") : r.to \in For(r.of)

\* No node takes another's bad luck for a fault.
NobodyHonestIsBlamed == \A b \in blamed : b.peer \notin Honest
=============================================================================

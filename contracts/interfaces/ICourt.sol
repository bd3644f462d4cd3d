// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccountId, ModelId} from "../types/Ids.sol";
import {Record, RecordProof} from "../types/Records.sol";
import {ICommitments} from "./ICommitments.sol";
import {ILedger} from "./ILedger.sol";

/// @notice What an operator signs with every answer.
/// @param model Whose answer it is.
/// @param channel The channel that pays.
/// @param recordHash The leaf of the record that will be.
/// @param recordBy Until when it will be recorded; clients refuse more than a day.
struct Receipt {
    ModelId model;
    bytes32 channel;
    bytes32 recordHash;
    uint64 recordBy;
}

/// @notice What challenges of records cost and how long they take. Held within bounds by the code.
/// @param demandFeeGwei What a demand stakes; not zero, 1,000 OPEN at most.
/// @param demandSeconds How long there is to answer one: an hour at least, a third of the Ledger's window at most.
/// @param receiptFees What a broken or unrecorded receipt costs, in fees of its record: 2 to 100.
/// @param appealStakeGwei What an appeal stakes at least, 1 to 1,000 OPEN; `APPEAL_FEES` fees of a record where that is more.
/// @param rulingSeconds How long the arbiter has, 7 to 30 days.
/// @param keyNoticeSeconds How long a new receipt key waits, 1 hour to 14 days.
struct CourtTerms {
    uint64 demandFeeGwei;
    uint32 demandSeconds;
    uint16 receiptFees;
    uint64 appealStakeGwei;
    uint32 rulingSeconds;
    uint32 keyNoticeSeconds;
}

/// @notice From when a key signs receipts of an operator, and up to which `recordBy` they count.
struct KeyTerm {
    uint40 from;
    uint40 until;
}

enum DemandState {
    None,
    Open,
    Shown,
    Closed
}

/// @notice A receipt whose record somebody asks to see, once and for all.
/// @param demander Who asks.
/// @param operator Who signed.
/// @param model The receipt's.
/// @param dueAt Until when the record has to be shown.
/// @param stakeGwei What the demander staked.
/// @param heldGwei What is held of the operator's bond: of what it need not cover, lest a demand of its own shield the rest.
/// @param costGwei What the operator loses if it does not show the record.
/// @param receiptFees How many fees that is, by the terms of its day.
struct RecordDemand {
    AccountId demander;
    AccountId operator;
    ModelId model;
    uint40 dueAt;
    DemandState state;
    uint64 stakeGwei;
    uint64 heldGwei;
    uint64 costGwei;
    uint16 receiptFees;
}

/// @notice An appeal that waits for a ruling.
/// @param appellant Whose stake it is, zero where there is no such appeal.
/// @param accused The operator, or the model's owner.
/// @param model The model appealed against, or of whose records one is.
/// @param isUnit Whether it is against a unit.
/// @param unit Which unit.
/// @param dueAt Until when it can be ruled.
/// @param stakeGwei What was staked.
/// @param heldGwei What is held of the accused bond.
/// @param feeGwei The fee of the record, held until the ruling.
/// @param payer Who paid it.
struct Appeal {
    AccountId appellant;
    AccountId accused;
    ModelId model;
    bool isUnit;
    uint16 unit;
    uint40 dueAt;
    uint64 stakeGwei;
    uint64 heldGwei;
    uint64 feeGwei;
    AccountId payer;
}

/// @title Court
/// @notice Holds operators to what they signed, and decides appeals about what no chain can decide. Callers hold an account; bounties go to
/// its earnings, stakes come from its bond.
interface ICourt is ICommitments {
    event ReceiptKeySet(
        uint32 indexed operator,
        address indexed key,
        uint40 from,
        address previous,
        uint40 previousUntil
    );
    event ReceiptBroken(uint64 indexed batch, uint32 indexed index, uint32 indexed challenger, bytes32 recordHash);
    event ReceiptDemanded(
        bytes32 indexed recordHash,
        uint32 indexed operator,
        uint32 indexed demander,
        uint32 model,
        uint40 dueAt,
        uint64 stakeGwei,
        uint64 heldGwei
    );
    event RecordShown(bytes32 indexed recordHash, uint64 indexed batch, uint32 indexed shownBy, uint32 index);
    event ReceiptUnrecorded(
        bytes32 indexed recordHash,
        uint32 indexed operator,
        uint32 indexed demander,
        uint64 takenGwei
    );
    event RecordAppealed(
        uint64 indexed appeal,
        uint64 indexed batch,
        uint32 indexed appellant,
        uint32 index,
        uint64 stakeGwei,
        uint64 heldGwei,
        uint64 feeGwei,
        uint40 dueAt,
        bytes32 groundsHash,
        string groundsURI
    );
    event UnitAppealed(
        uint64 indexed appeal,
        uint32 indexed model,
        uint32 indexed appellant,
        uint16 unit,
        uint64 stakeGwei,
        uint64 heldGwei,
        uint40 dueAt,
        bytes32 groundsHash,
        string groundsURI
    );
    event AppealRuled(uint64 indexed appeal, bool upheld, bytes32 reasonsHash, string reasonsURI);
    event AppealLapsed(uint64 indexed appeal);
    event CourtTermsSet(CourtTerms previous, CourtTerms terms);

    error Court_TermsOutOfRange(CourtTerms terms);
    error Court_ZeroKey();
    error Court_KeyUsed(address key);
    error Court_BadReceipt(address signer, uint40 from, uint40 until, uint64 recordBy);
    error Court_OtherRecord(bytes32 found, bytes32 expected);
    error Court_OtherModel(ModelId model);
    error Court_OtherCommitment(bytes32 found, bytes32 expected);
    error Court_ReceiptKept(bytes32 recordHash);
    error Court_AlreadyDemanded(bytes32 recordHash);
    error Court_NotDemanded(bytes32 recordHash, DemandState state);
    error Court_DemandTooEarly(uint64 recordBy, uint40 time);
    error Court_DemandTooLate(uint256 endsAt, uint40 time);
    error Court_DemandOpen(uint40 dueAt, uint40 time);
    error Court_DemandOver(uint40 dueAt, uint40 time);
    error Court_UnknownAppeal(uint64 appeal);
    error Court_AppealOpen(uint40 dueAt, uint40 time);
    error Court_AppealOver(uint40 dueAt, uint40 time);
    error Court_Partial(uint64 appeal, address arbiter);

    /// @notice Names the key that signs the caller's receipts from now on, or, where there was one before, after the notice. Receipts
    /// of the key before it count for a day more, which is as long as they may promise.
    function setReceiptKey(address key) external;

    /// @notice Strikes a record that is not as its receipt says: same commitment, another fee, sketch or channel. It is voided, and its
    /// operator's bond loses `receiptFees` fees.
    /// @param salt Anything; makes the commitment hard to guess, here and below.
    /// @param promised The record that the receipt's `recordHash` is the leaf of.
    /// @param call What was recorded.
    /// @param sum The sum of its batch's query sketches as it stands.
    function proveBrokenReceipt(
        bytes32 salt,
        Receipt calldata receipt,
        bytes calldata signature,
        Record calldata promised,
        RecordProof calldata call,
        bytes calldata sum
    ) external;

    /// @notice Asks an operator to show the record of a receipt, from `recordBy` on and within a window of it. Of a struck model only what was due
    /// before the strike can be demanded.
    function demandRecord(
        bytes32 salt,
        AccountId operator,
        Receipt calldata receipt,
        bytes calldata signature,
        Record calldata promised
    ) external;

    /// @notice Shows a demanded record, whether it stands or was voided. Nine tenths of the stake are the caller's.
    function showRecord(RecordProof calldata call) external;

    /// @notice Strikes an operator that did not show a demanded record in time. The demander gets its stake back and the bounty, the model's
    /// contributors one part in `receiptFees` of the rest, which is what they missed. What is left is burnt: an operator that
    /// is all of them loses by it too.
    function closeRecordDemand(bytes32 recordHash) external;

    /// @notice Appeals against a record whose window is open: its sketch was not taken from its request, say. The record is set aside, so that
    /// no settlement waits.
    /// @param groundsHash keccak256 of the grounds.
    /// @param groundsURI Where they can be read.
    function appealRecord(
        RecordProof calldata call,
        bytes calldata sum,
        bytes32 groundsHash,
        string calldata groundsURI
    ) external returns (uint64 appeal);

    /// @notice Appeals against a unit: its rows are not of the run, say.
    function appealUnit(
        ModelId model,
        uint16 unit,
        bytes32 groundsHash,
        string calldata groundsURI
    ) external returns (uint64 appeal);

    /// @notice Rules an appeal. Upheld: the fee goes to the payer, the operator's bond is slashed, or the unit struck. Denied: half of the
    /// stake goes to the accused, half is burnt, and the fee goes to contributors.
    /// @dev The arbiter only, and of nothing that it is party to.
    function rule(uint64 appeal, bool upheld, bytes32 reasonsHash, string calldata reasonsURI) external;

    /// @notice Ends an appeal that nobody ruled in time: the fee goes to contributors, a quarter of the stake is burnt.
    function lapse(uint64 appeal) external;

    /// @notice Sets what challenges cost from now on.
    function setTerms(CourtTerms calldata terms) external;

    /// @notice Whether an operator has a receipt key.
    function hasReceiptKey(AccountId operator) external view returns (bool);

    /// @notice The newest receipt key of an operator.
    function receiptKeyOf(AccountId operator) external view returns (address);

    function keyTermOf(AccountId operator, address key) external view returns (KeyTerm memory);

    function demandOf(bytes32 recordHash) external view returns (RecordDemand memory);

    function appealOf(uint64 appeal) external view returns (Appeal memory);

    function appealCount() external view returns (uint64);

    function terms() external view returns (CourtTerms memory);

    /// @notice What the Ledger's window must be at least.
    function leastWindow() external view returns (uint32);

    function ledger() external view returns (ILedger);
}

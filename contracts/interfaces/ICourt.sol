// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccountId, BatchId, ModelId} from "../types/Ids.sol";
import {IndexProof, RecordProof} from "../types/Records.sol";
import {IDatasets} from "./IDatasets.sol";
import {IJournal} from "./IJournal.sol";
import {ILedger} from "./ILedger.sol";

/// @notice What a proof showed.
enum Fault {
    /// The record's rows, their order or their weights do not follow from its sketch.
    WrongWeights,
    /// A row that moved the answer more than a listed one, or at all where places were left, is missing.
    OmittedRow,
    /// A row is credited to an account that did not contribute it.
    WrongAccount,
    /// A listed row has no leaf in the influence index.
    AbsentRow,
    /// A row of the index is not of the model's dataset versions, or its sketch is no sketch.
    ForeignRow,
    /// Two rows of the index cannot stand beside each other.
    ConflictingRows,
    /// A demanded row was not shown in time.
    WithheldRow,
    /// A row that the record lists was struck before.
    StruckRow,
    /// The arbiter upheld an appeal.
    Appeal
}

/// @notice What challenges of the slow kind cost and how long they take.
/// @param demandFeeGwei What a demand stakes, and what showing the row earns: the gas that it takes.
/// @param demandSeconds How long there is to show a demanded row.
/// @param appealStakeGwei What an appeal stakes.
/// @param rulingSeconds How long the arbiter has.
struct CourtTerms {
    uint64 demandFeeGwei;
    uint32 demandSeconds;
    uint64 appealStakeGwei;
    uint32 rulingSeconds;
}

/// @notice A row that somebody asks to see, in two slots.
/// @param demander Who asked, zero if nobody did.
/// @param dueAt Until when it has to be shown.
/// @param feeGwei What was staked.
/// @param isShown Whether it was: its entry is in the logs then, or that there is none.
struct Demand {
    AccountId demander;
    uint40 dueAt;
    uint64 feeGwei;
    bool isShown;
}

/// @notice What an appeal is about.
/// @param model The model complained of; its influence index where `batch` is zero.
/// @param batch The batch of the record complained of.
/// @param index Which of its records.
struct AppealSubject {
    ModelId model;
    BatchId batch;
    uint32 index;
}

/// @notice An appeal that waits for a ruling.
/// @param appellant Whose stake it is, zero where there is no such appeal.
/// @param accused Whose bond answers: the account of the operator, or of the model's owner.
/// @param dueAt Until when it can be ruled.
/// @param stakeGwei What was staked.
struct Appeal {
    AccountId appellant;
    AccountId accused;
    uint40 dueAt;
    uint64 stakeGwei;
    AppealSubject subject;
}

/// @title Court
/// @notice Where a wrong attribution is proved in one transaction. A struck record is voided and its operator's bond slashed; a
/// false influence index stops its model and costs all of its bond.
/// @dev A proof is committed first and sent `COMMIT_BLOCKS` later, so that nobody who sees it pending can take its bounty. The
/// caller must hold an account; bounties go to its earnings. A row found false is struck: every record that lists it can be voided.
interface ICourt is IJournal {
    event ChallengeCommitted(bytes32 indexed commitment);
    event RecordStruck(uint64 indexed batch, uint32 indexed index, uint32 indexed challenger, Fault fault);
    event RowStruck(uint32 indexed model, uint32 indexed row, Fault fault);
    event IndexStruck(uint32 indexed model, uint32 indexed challenger, Fault fault);
    event RowDemanded(uint32 indexed model, uint32 indexed row, uint32 indexed demander, uint64 feeGwei, uint40 dueAt);
    event RowShown(uint32 indexed model, uint32 indexed row, uint32 indexed shownBy, bytes entry);
    event DemandClosed(uint32 indexed model, uint32 indexed row, uint32 indexed demander);
    event AppealFiled(
        uint64 indexed appeal,
        uint32 indexed appellant,
        uint32 indexed accused,
        AppealSubject subject,
        uint64 stakeGwei,
        uint40 dueAt,
        bytes32 groundsHash,
        string groundsURI
    );
    event AppealRuled(uint64 indexed appeal, bool upheld, bytes32 reasonsHash, string reasonsURI);
    event AppealLapsed(uint64 indexed appeal);
    event CourtTermsSet(CourtTerms previous, CourtTerms terms);

    error Court_AlreadyCommitted(bytes32 commitment);
    error Court_NotCommitted(bytes32 commitment);
    error Court_TooSoon(uint256 blockNumber, uint256 openAt);
    error Court_EntriesDiffer(uint256 found, uint256 expected);
    error Court_RowNotListed(uint32 row);
    error Court_RowListed(uint32 row);
    error Court_RowNotShown(uint32 row);
    error Court_WeightsRight(BatchId batch, uint256 index);
    error Court_RowRightlyOmitted(uint32 row, uint64 score, uint64 listedScore);
    error Court_AccountRight(uint32 row, AccountId contributor);
    error Court_RowPresent(uint32 row);
    error Court_RowSound(uint32 row);
    error Court_NoConflict(uint32 row, uint32 other);
    error Court_RowNotStruck(ModelId model, uint32 row);
    error Court_OtherModel(ModelId model, ModelId other);
    error Court_AlreadyDemanded(ModelId model, uint32 row);
    error Court_NotDemanded(ModelId model, uint32 row);
    error Court_NoIndex(ModelId model);
    error Court_RowOutOfRange(uint32 row, uint32 rowCount);
    error Court_DemandOpen(uint40 dueAt, uint256 timestamp);
    error Court_DemandOver(uint40 dueAt, uint256 timestamp);
    error Court_WrongRow(uint32 row, uint32 demanded);
    error Court_ItemNotContributed(uint32 row);
    error Court_UnknownAppeal(uint64 appeal);
    error Court_AppealOpen(uint40 dueAt, uint256 timestamp);
    error Court_AppealOver(uint40 dueAt, uint256 timestamp);
    error Court_WrongSubject(uint64 appeal);
    error Court_TermsOutOfRange(CourtTerms terms);

    /// @notice Announces a proof without telling it.
    /// @param commitment `keccak256(abi.encode(sender, calldata))` of the call that will follow.
    function commit(bytes32 commitment) external;

    /// @notice Strikes a record whose rows do not follow from its sketch: the listed rows' scores, their order or a weight differ.
    /// @param salt Anything; makes the commitment hard to guess, here and below.
    /// @param listed The entries of exactly the rows that the record lists.
    function proveWrongWeights(bytes32 salt, RecordProof calldata call, IndexProof calldata listed) external;

    /// @notice Strikes a record that leaves out a row.
    /// @param shown The entry of the omitted row; where the record lists as many rows as its model allows, also
    /// that of a listed row that counts for less.
    /// @param omitted Which of the entries is the omitted row's.
    function proveOmittedRow(
        bytes32 salt,
        RecordProof calldata call,
        IndexProof calldata shown,
        uint256 omitted
    ) external;

    /// @notice Strikes a record that credits a row to another account than its contributor's.
    /// @param listed The row's entry.
    function proveWrongAccount(bytes32 salt, RecordProof calldata call, IndexProof calldata listed) external;

    /// @notice Strikes a record that lists a row without a leaf.
    /// @param row The listed row.
    /// @param neighbour The entry whose link passes the row over.
    function proveAbsentRow(
        bytes32 salt,
        RecordProof calldata call,
        uint32 row,
        IndexProof calldata neighbour
    ) external;

    /// @notice Strikes an influence index with a row whose contribution none of the model's versions includes, whose number the
    /// model does not have, or whose sketch holds the code -8.
    /// @param calls Records that list the row, to be voided with it.
    function proveForeignRow(
        bytes32 salt,
        ModelId model,
        IndexProof calldata shown,
        RecordProof[] calldata calls
    ) external;

    /// @notice Strikes an influence index with two entries that cannot both be true: near-copies, of which the later
    /// accepted is struck (within a contribution that of the higher number), or the one that none of the model's versions includes;
    /// two entries of one row;
    /// or a row that the other's link passes over.
    function proveConflictingRows(
        bytes32 salt,
        ModelId model,
        IndexProof calldata shown,
        RecordProof[] calldata calls
    ) external;

    /// @notice Voids records that list a struck row.
    function voidStruckRow(ModelId model, uint32 row, RecordProof[] calldata calls) external;

    /// @notice Asks to see the entry of a row. Stakes `demandFeeGwei` of the caller's bond, which whoever shows it earns.
    function demandRow(bytes32 salt, ModelId model, uint32 row) external;

    /// @notice Shows a demanded row and that its item was contributed, or that the row has no leaf.
    /// @param shown The row's entry, or the one whose link passes the row over.
    /// @param itemsRoot The root that the row's contribution committed to.
    /// @param itemPath The way from the row's item to it.
    function showRow(
        ModelId model,
        uint32 row,
        IndexProof calldata shown,
        bytes32 itemsRoot,
        bytes32[] calldata itemPath
    ) external;

    /// @notice Stops a model whose demanded row was not shown in time; the stake returns and the demander earns the bounty.
    function closeDemand(ModelId model, uint32 row, RecordProof[] calldata calls) external;

    /// @notice Appeals against a record for what no chain can decide. Stakes `appealStakeGwei` of the caller's bond.
    /// @param groundsHash keccak256 of the grounds.
    /// @param groundsURI Where they can be read.
    function appealRecord(
        RecordProof calldata call,
        bytes32 groundsHash,
        string calldata groundsURI
    ) external returns (uint64 appeal);

    /// @notice Appeals against a model's influence index.
    function appealModel(
        ModelId model,
        bytes32 groundsHash,
        string calldata groundsURI
    ) external returns (uint64 appeal);

    /// @notice Rules an appeal. Upheld: the stake returns, the record is voided if its credits are still pending and its operator's bond
    /// slashed, or the model is stopped. Denied: the stake is slashed, the accused earning the bounty.
    /// @dev The arbiter only.
    /// @param calls The record appealed against, while its credits are pending; none otherwise.
    function rule(
        uint64 appeal,
        bool upheld,
        RecordProof[] calldata calls,
        bytes32 reasonsHash,
        string calldata reasonsURI
    ) external;

    /// @notice Ends an appeal that nobody ruled in time: both bonds are free again.
    function lapse(uint64 appeal) external;

    /// @notice Sets what demands and appeals cost from now on.
    function setTerms(CourtTerms calldata terms) external;

    function terms() external view returns (CourtTerms memory);

    /// @notice The block in which a commitment was made, zero if there is none.
    function committedAt(bytes32 commitment) external view returns (uint64);

    function demandOf(ModelId model, uint32 row) external view returns (Demand memory);

    function appealOf(uint64 appeal) external view returns (Appeal memory);

    function appealCount() external view returns (uint64);

    function isRowStruck(ModelId model, uint32 row) external view returns (bool);

    function ledger() external view returns (ILedger);

    function datasets() external view returns (IDatasets);
}

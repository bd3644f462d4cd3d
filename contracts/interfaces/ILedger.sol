// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccountId, BatchId, BookId, ModelId} from "../types/Ids.sol";
import {RecordProof} from "../types/Records.sol";
import {IAccounts} from "./IAccounts.sol";
import {IBonds} from "./IBonds.sol";
import {IChannels} from "./IChannels.sol";
import {IClock} from "./IClock.sol";
import {IEarnings} from "./IEarnings.sol";
import {IJournal} from "./IJournal.sol";
import {IModels} from "./IModels.sol";

/// @notice What governance may set. A book keeps what it was opened with.
/// @param epochSeconds How long an epoch lasts, 1 hour to 30 days. Epoch n begins at `n · epochSeconds`.
/// @param windowSeconds How long after a book closes its records can be voided, 1 to 14 days.
/// @param minBookGwei Fees from which a book closes with its epoch, up to 1,000 OPEN.
/// @param treasuryBps The treasury's share of fees, 100 to 1,000: at zero, paying oneself would cost nothing.
struct LedgerTerms {
    uint32 epochSeconds;
    uint32 windowSeconds;
    uint64 minBookGwei;
    uint16 treasuryBps;
}

/// @notice A book as it stands now.
/// @param openedAt When its first record, or the first thing given to it, came.
/// @param closesAt From when it takes no more records.
/// @param windowSeconds How long after that its records can be voided.
/// @param epochSeconds How long epochs were when it was opened.
/// @param minBookGwei Fees from which it closes with its epoch.
/// @param treasuryBps The treasury's share.
/// @param batches How many batches it holds.
/// @param units Their fees, in the model's fee unit, without what was voided or set aside.
/// @param givenGwei Penalties and fees that go whole to contributors, by fixed weights.
/// @param coverGwei What the operator's bond must hold for it until it is settled.
/// @param isSettled Whether it is.
/// @param isCovered Whether its model's bond covered when it took its first batch; not where only the book before it was covered.
struct Book {
    uint40 openedAt;
    uint40 closesAt;
    uint32 windowSeconds;
    uint32 epochSeconds;
    uint64 minBookGwei;
    uint16 treasuryBps;
    uint32 batches;
    uint64 units;
    uint64 givenGwei;
    uint64 coverGwei;
    bool isSettled;
    bool isCovered;
}

/// @title Ledger
/// @notice Records batches of paid inferences, charges their payers' channels, and keeps them in books, from which records can be voided until
/// their window ends. No account is touched: a batch is one commitment, whose records are in the log.
/// @dev What one operator records can never move what another operator's payers paid: a book is one model's and one operator's.
interface ILedger is IJournal {
    event BookOpened(
        uint96 indexed book,
        uint40 closesAt,
        uint32 windowSeconds,
        uint32 epochSeconds,
        uint64 minBookGwei,
        uint16 treasuryBps
    );
    event BookClosing(uint96 indexed book, uint40 closesAt);
    event BatchRecorded(
        uint64 indexed batch,
        uint96 indexed book,
        uint32 number,
        uint64 units,
        bytes32 root,
        bytes channels,
        bytes records
    );
    event RecordVoided(
        uint64 indexed batch,
        uint32 indexed index,
        uint32 indexed payer,
        uint64 feeGwei,
        bool isSetAside,
        uint64 units,
        bytes32 root,
        bytes32 sumHash
    );
    event FeeReturned(
        uint32 indexed model,
        uint32 indexed operator,
        uint32 indexed payer,
        uint64 feeGwei,
        bool toPayer
    );
    event GivenToBook(uint96 indexed book, uint64 amountGwei);
    event BookReleased(uint96 indexed book);
    event LedgerTermsSet(LedgerTerms previous, LedgerTerms terms);
    event LedgerUsersAppointed(address indexed court, address indexed settlement);

    error Ledger_ZeroAddress();
    error Ledger_TermsOutOfRange(LedgerTerms terms);
    error Ledger_AlreadyAppointed(address court, address settlement);
    error Ledger_NotAppointed(address caller);
    error Ledger_EmptyBatch();
    error Ledger_LengthUneven(uint256 length, uint256 size);
    error Ledger_TooManyRecords(uint256 count, uint256 max);
    error Ledger_TooManyChannels(uint256 count, uint256 max);
    error Ledger_ChannelOutOfRange(uint256 record, uint256 channel, uint256 count);
    error Ledger_FeeZero(uint256 record);
    error Ledger_NoReceiptKey(AccountId operator);
    error Ledger_UnknownBook(BookId book);
    error Ledger_WindowOver(BookId book, uint40 endedAt, uint40 time);
    error Ledger_SumDiffers(bytes32 found, bytes32 expected);

    /// @notice Records inferences that the caller served as an operator of `model`, and charges their channels. Any refusal reverts the whole
    /// batch. It goes into the open book of the model and the caller, or opens the next. For that the model's bond must cover, except
    /// within a day of the close of a book that it covered: what was promised then can be recorded, whatever others used up meanwhile.
    /// @param channels payer uint32 ‖ salt uint32 for each channel, at most 255.
    /// @param vouchers What `IChannels.charge` is to present first.
    /// @param records channel index uint8 ‖ fee uint16 ‖ commitment bytes32 ‖ query sketch for each record, 1 to 1,024.
    /// @dev `BatchRecorded` tells of each channel payer uint32 ‖ salt uint32 ‖ coveredUnits uint32 ‖ chargedUnits uint32, as it then stands.
    /// @return batch The new batch's number, counting from 1.
    function recordBatch(
        ModelId model,
        bytes calldata channels,
        bytes calldata vouchers,
        bytes calldata records
    ) external returns (BatchId batch);

    /// @notice Voids a record while its book's window is open: its fee and its sketch leave the book, and its payer's earnings grow by the fee.
    /// A record without a payer is given to its book.
    /// @dev The Court only, as the two below.
    /// @param sum The sum of the batch's query sketches as it stands.
    function voidRecord(RecordProof calldata call, bytes calldata sum) external returns (uint64 feeGwei);

    /// @notice Sets a record aside: as if voided, but its fee is held until `returnFee`.
    function setAside(RecordProof calldata call, bytes calldata sum) external returns (uint64 feeGwei);

    /// @notice Returns the fee of a record that was set aside: to its payer, or to contributors by way of the operator's open book.
    function returnFee(ModelId model, AccountId operator, AccountId payer, uint64 feeGwei, bool toPayer) external;

    /// @notice Gives OPEN that `Earnings` holds already to contributors of a model, by way of an operator's open book.
    /// @dev Bonds only.
    function give(ModelId model, AccountId operator, uint64 amountGwei) external;

    /// @notice Releases what bonds must hold for a book that is settled.
    /// @dev The Settlement only.
    /// @param poolGwei The contributors' share of its fees.
    function release(BookId book, uint64 poolGwei) external;

    /// @notice Names the contracts that may void records and that settle books. Once, for good.
    function appoint(address court, address settlement) external;

    function setTerms(LedgerTerms calldata terms) external;

    /// @notice What the Ledger commits to of a batch, zero if there is none.
    function batchCommitmentOf(BatchId batch) external view returns (bytes32);

    function batchCount() external view returns (uint64);

    function bookStateOf(BookId book) external view returns (Book memory);

    /// @notice How many books of a model and an operator were opened.
    function bookCountOf(ModelId model, AccountId operator) external view returns (uint32);

    /// @notice Until when a book's records can be voided, and from when it can be settled.
    function windowEndOf(BookId book) external view returns (uint40);

    /// @notice The contributors' share of all fees in a model's unsettled books.
    function unsettledPoolOf(ModelId model) external view returns (uint64);

    /// @notice What a bond's notice must be at least: a window and an epoch.
    function leastBondNotice() external view returns (uint32);

    function terms() external view returns (LedgerTerms memory);

    function earnings() external view returns (IEarnings);

    function accounts() external view returns (IAccounts);

    function models() external view returns (IModels);

    function bonds() external view returns (IBonds);

    function clock() external view returns (IClock);

    function channels() external view returns (IChannels);

    function court() external view returns (address);

    function settlement() external view returns (address);
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Governed} from "../Governed.sol";
import {IAccounts} from "../interfaces/IAccounts.sol";
import {IBonds} from "../interfaces/IBonds.sol";
import {IChannels} from "../interfaces/IChannels.sol";
import {IClock} from "../interfaces/IClock.sol";
import {IEarnings} from "../interfaces/IEarnings.sol";
import {IModels} from "../interfaces/IModels.sol";
import {Book, ILedger, LedgerTerms} from "../interfaces/ILedger.sol";
import {AccountId, BookId, bookOf, ModelId, modelOf, operatorOf} from "../types/Ids.sol";

/// @title Books
/// @notice Which book takes what, when it closes, and how long its records can be voided.
abstract contract Books is ILedger, Governed {
    /// @dev Two slots: what every batch changes; what a book was opened with, and what was given to it.
    struct StoredBook {
        uint64 units;
        uint64 coverGwei;
        uint32 batches;
        uint40 closesAt;
        bool isClosing;
        bool isSettled;
        uint40 openedAt;
        uint32 windowSeconds;
        uint32 epochSeconds;
        uint64 minBookGwei;
        uint64 givenGwei;
        uint16 treasuryBps;
    }

    uint40 public constant LONGEST_BOOK = 28 days;
    uint256 internal constant BPS = 10_000;

    IAccounts public immutable accounts;
    IModels public immutable models;
    IChannels public immutable channels;
    IEarnings public immutable earnings;
    IBonds public immutable bonds;
    IClock public immutable clock;

    /// @inheritdoc ILedger
    address public court;

    /// @inheritdoc ILedger
    address public settlement;

    LedgerTerms internal _terms;

    /// @inheritdoc ILedger
    uint64 public batchCount;

    mapping(BookId book => StoredBook) internal _books;
    mapping(ModelId model => mapping(AccountId operator => uint32 count)) internal _bookCounts;

    /// @dev Units of a model's unsettled books, for what its bond must cover.
    mapping(ModelId model => uint64 units) internal _unsettledUnits;

    constructor(IChannels channels_, IBonds bonds_) {
        accounts = channels_.accounts();
        models = channels_.models();
        channels = channels_;
        earnings = channels_.earnings();
        bonds = bonds_;
        clock = channels_.clock();
    }

    /// @inheritdoc ILedger
    function release(BookId book, uint64 poolGwei) external {
        require(msg.sender == settlement, Ledger_NotAppointed(msg.sender));
        StoredBook storage stored = _books[book];
        stored.isSettled = true;
        _unsettledUnits[modelOf(book)] -= stored.units;
        _emit(2, abi.encode(BookReleased.selector, book));
        bonds.settle(operatorOf(book), modelOf(book), stored.coverGwei, poolGwei);
    }

    /// @inheritdoc ILedger
    function give(ModelId model, AccountId operator, uint64 amountGwei) external {
        require(msg.sender == address(bonds), Ledger_NotAppointed(msg.sender));
        _give(model, operator, amountGwei);
    }

    /// @inheritdoc ILedger
    function bookStateOf(BookId book) external view returns (Book memory) {
        StoredBook memory stored = _requireBook(book);
        return
            Book({
                openedAt: stored.openedAt,
                closesAt: _closesAt(book, stored),
                windowSeconds: stored.windowSeconds,
                epochSeconds: stored.epochSeconds,
                minBookGwei: stored.minBookGwei,
                treasuryBps: stored.treasuryBps,
                batches: stored.batches,
                units: stored.units,
                givenGwei: stored.givenGwei,
                coverGwei: stored.coverGwei,
                isSettled: stored.isSettled
            });
    }

    /// @inheritdoc ILedger
    function bookCountOf(ModelId model, AccountId operator) external view returns (uint32) {
        return _bookCounts[model][operator];
    }

    /// @inheritdoc ILedger
    function windowEndOf(BookId book) external view returns (uint40) {
        return _windowEndOf(book);
    }

    /// @inheritdoc ILedger
    function unsettledPoolOf(ModelId model) public view returns (uint64) {
        (uint16 contributorBps, uint32 feeUnitGwei) = models.poolTermsOf(model);
        return uint64((uint256(_unsettledUnits[model]) * feeUnitGwei * contributorBps) / BPS);
    }

    /// @dev Adds to a book what goes whole to contributors.
    function _give(ModelId model, AccountId operator, uint64 amountGwei) internal {
        uint40 now_ = clock.time();
        // The books of a struck model are closed.
        uint40 openAt = now_ < _struckAt(model) ? now_ : type(uint40).max;
        BookId book = _openBook(model, operator, openAt, now_);
        _books[book].givenGwei += amountGwei;
        _emit(2, abi.encode(GivenToBook.selector, book, amountGwei));
    }

    /// @dev The book of a model and an operator that is open at a time, or the next, opened now.
    function _openBook(
        ModelId model,
        AccountId operator,
        uint40 openAt,
        uint40 now_
    ) internal returns (BookId book) {
        uint32 number = _bookCounts[model][operator];
        if (number != 0) {
            book = bookOf(model, operator, number);
            if (openAt < _books[book].closesAt) return book;
        }

        ++number;
        _bookCounts[model][operator] = number;
        book = bookOf(model, operator, number);
        LedgerTerms memory terms_ = _terms;
        uint40 longest = terms_.epochSeconds > LONGEST_BOOK ? terms_.epochSeconds : LONGEST_BOOK;
        StoredBook storage opened = _books[book];
        opened.closesAt = now_ + longest;
        (opened.openedAt, opened.windowSeconds, opened.epochSeconds) = (
            now_,
            terms_.windowSeconds,
            terms_.epochSeconds
        );
        (opened.minBookGwei, opened.treasuryBps) = (terms_.minBookGwei, terms_.treasuryBps);

        _emit(
            2,
            abi.encode(
                BookOpened.selector,
                book,
                now_ + longest,
                terms_.windowSeconds,
                terms_.epochSeconds,
                terms_.minBookGwei,
                terms_.treasuryBps
            )
        );
    }

    function _requireBook(BookId book) internal view returns (StoredBook storage stored) {
        stored = _books[book];
        require(stored.openedAt != 0, Ledger_UnknownBook(book));
    }

    /// @dev A strike of the model closes its books at that moment.
    function _closesAt(BookId book, StoredBook memory stored) internal view returns (uint40) {
        uint40 struckAt = _struckAt(modelOf(book));
        return struckAt < stored.closesAt ? struckAt : stored.closesAt;
    }

    function _windowEndOf(BookId book) internal view returns (uint40) {
        StoredBook memory stored = _requireBook(book);
        return _closesAt(book, stored) + stored.windowSeconds;
    }

    /// @dev When a model was struck, or never.
    function _struckAt(ModelId model) private view returns (uint40 struckAt) {
        struckAt = models.struckAt(model);
        if (struckAt == 0) struckAt = type(uint40).max;
    }
}

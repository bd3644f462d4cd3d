// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Governed} from "./Governed.sol";
import {IAccounts} from "./interfaces/IAccounts.sol";
import {IClock} from "./interfaces/IClock.sol";
import {IDatasets} from "./interfaces/IDatasets.sol";
import {
    BaseModel,
    FineTuneTerms,
    IModels,
    ModelTerms,
    PayTerms,
    RecordingTerms,
    RowTerms,
    SettlementTerms,
    WeighedUnit
} from "./interfaces/IModels.sol";
import {Lineage, Royalties} from "./libraries/Royalties.sol";
import {WideProducts, WideVector} from "./libraries/WideProducts.sol";
import {Sheet, Sheets} from "./models/Sheets.sol";
import {UnitPages} from "./models/UnitPages.sol";
import {OpenToken} from "./OpenToken.sol";
import {AccountId, ModelId, VersionId} from "./types/Ids.sol";
import {PROMISE_SECONDS} from "./types/Records.sol";

/// @title Models
/// @dev What each function promises stands in `IModels`. What the Ledger reads for every batch is one slot.
contract Models is IModels, Governed {
    using Royalties for Lineage;
    using Sheets for Sheet;

    /// @dev Two slots; the first is what recording reads. A base model has an owner, a royalty, and nothing else.
    ///
    ///     sheet (160) | activeFrom (40) | feeUnitGwei (32) | dims / 64 (8) | sketched (8) | isStruck (8)
    ///     owner (32) | parent (32) | royaltyBps, contributorBps, operatorBps, baseBps, floorBps (16 each) | struckAt (40)
    struct Model {
        address sheet;
        uint40 activeFrom;
        uint32 feeUnitGwei;
        uint8 steps;
        bool sketched;
        bool isStruck;
        AccountId owner;
        ModelId parent;
        uint16 royaltyBps;
        uint16 contributorBps;
        uint16 operatorBps;
        uint16 baseBps;
        uint16 floorBps;
        uint40 struckAt;
    }

    /// @dev A strike, one slot, for the books that the unit still counts in: what a book loses by all strikes so far stands in the last one.
    struct Strike {
        uint16 unit;
        uint40 struckAt;
        uint32 keptRows;
        uint128 fixedTotal;
    }

    uint256 public constant MAX_SHARES_BPS = 9_000;
    uint256 public constant MAX_DIMS = 1_024;
    uint256 public constant DIMS_STEP = 64;
    uint256 public constant MAX_FEE_UNIT = 1e9;
    uint256 private constant BPS = 10_000;
    uint256 private constant MIN_FLOOR = 5_000;
    uint256 private constant MAX_FLOOR = 40_000;
    uint40 private constant FOR_GOOD = type(uint40).max;
    /// @dev Units whose strikes share a slot, of 40 bits each.
    uint256 private constant STRIKES_A_SLOT = 6;

    IAccounts public immutable accounts;
    IDatasets public immutable datasets;
    IClock public immutable clock;

    /// @inheritdoc IModels
    uint32 public modelCount;

    ModelTerms private _terms;

    /// @inheritdoc IModels
    address public fineTunes;

    /// @inheritdoc IModels
    address public court;

    /// @inheritdoc IModels
    address public unitCourt;

    mapping(ModelId model => Model) private _models;
    mapping(ModelId model => Lineage) private _lineages;
    /// @dev In the order of time.
    mapping(ModelId model => Strike[]) private _strikes;
    mapping(ModelId model => mapping(AccountId operator => uint40 until)) private _operators;
    /// @dev When each unit was struck, zero if it was not.
    mapping(ModelId model => mapping(uint256 place => uint256 times)) private _struckTimes;

    constructor(
        OpenToken token,
        IAccounts accounts_,
        IDatasets datasets_,
        IClock clock_,
        address authority_,
        ModelTerms memory terms_
    ) Governed(authority_) {
        accounts = accounts_;
        datasets = datasets_;
        clock = clock_;
        _setTerms(terms_);
        token.refuseTransfers();
    }

    /// @inheritdoc IModels
    function registerBase(BaseModel calldata base) external returns (ModelId model) {
        clock.runningTime();
        AccountId owner = accounts.requireAccountOf(msg.sender);
        require(bytes(base.name).length != 0, Models_EmptyName());
        require(base.weightsHash != 0, Models_ZeroHash("weightsHash"));
        _requireRoyalty(base.royaltyBps);

        model = ModelId.wrap(++modelCount);
        _models[model].owner = owner;
        _models[model].royaltyBps = base.royaltyBps;

        _emit(3, abi.encodePacked(abi.encode(BaseModelRegistered.selector, model, owner), abi.encode(base)));
    }

    /// @inheritdoc IModels
    function enter(AccountId owner, FineTuneTerms calldata entered) external returns (ModelId model) {
        require(msg.sender == fineTunes, Models_NotAppointed(msg.sender));
        Lineage lineage = _check(entered);

        model = ModelId.wrap(++modelCount);
        _models[model] = Model({
            sheet: address(0),
            activeFrom: 0,
            feeUnitGwei: entered.pay.feeUnitGwei,
            steps: uint8(entered.dims / DIMS_STEP),
            sketched: entered.pay.sketched,
            isStruck: false,
            owner: owner,
            parent: entered.parent,
            royaltyBps: entered.shares.royaltyBps,
            contributorBps: entered.shares.contributorBps,
            operatorBps: entered.shares.operatorBps,
            baseBps: entered.pay.baseBps,
            floorBps: entered.pay.floorBps,
            struckAt: 0
        });
        _lineages[model] = lineage;

        bytes memory topics = abi.encode(FineTuneEntered.selector, model, owner, entered.parent);
        _emit(4, abi.encodePacked(topics, abi.encode(entered, lineage.list())));
    }

    /// @inheritdoc IModels
    function activate(ModelId model, address sheet) external {
        require(msg.sender == fineTunes, Models_NotAppointed(msg.sender));
        uint40 activeFrom_ = clock.runningTime() + _terms.activationSeconds;
        _models[model].sheet = sheet;
        _models[model].activeFrom = activeFrom_;
        _emit(2, abi.encode(ModelActivated.selector, model, activeFrom_, sheet));
    }

    /// @inheritdoc IModels
    function setOperator(ModelId model, AccountId operator, bool allowed) external {
        _requireServable(model);
        _requireOwner(model);
        uint32 number = AccountId.unwrap(operator);
        require(number != 0 && number <= accounts.accountCount(), Models_UnknownOperator(operator));

        uint40 until = _operators[model][operator];
        if (allowed) until = FOR_GOOD;
        else if (until == FOR_GOOD) until = clock.time() + _terms.noticeSeconds;
        _operators[model][operator] = until;

        _emit(3, abi.encode(OperatorSet.selector, model, operator, allowed, until));
    }

    /// @inheritdoc IModels
    function strike(ModelId model, uint16 unit) external {
        require(msg.sender == court || msg.sender == unitCourt, Models_NotAppointed(msg.sender));
        Model storage stored = _requireServable(model);
        Sheet sheet = Sheets.read(stored.sheet);
        uint256 count = sheet.unitCount();
        require(unit < count, Models_UnknownUnit(model, unit, count));
        (uint256 place, uint256 shift) = _strikeAt(unit);
        uint256 times = _struckTimes[model][place];
        if (uint40(times >> shift) != 0) return;

        uint40 now_ = clock.time();
        if (!stored.isStruck) (stored.isStruck, stored.struckAt) = (true, now_);
        _struckTimes[model][place] = times | (uint256(now_) << shift);
        (, uint16 kept, , uint64 fixedWeight) = _headOf(sheet, _dimsOf(stored), unit);
        Strike[] storage strikes = _strikes[model];
        Strike memory struck = strikes.length == 0 ? Strike(0, 0, 0, 0) : strikes[strikes.length - 1];
        strikes.push(
            Strike({
                unit: unit,
                struckAt: now_,
                keptRows: struck.keptRows + kept,
                fixedTotal: struck.fixedTotal + fixedWeight
            })
        );

        _emit(3, abi.encode(UnitStruck.selector, model, unit, now_));
    }

    /// @inheritdoc IModels
    function appoint(address fineTunes_, address court_, address unitCourt_) external restricted {
        require(fineTunes_ != address(0) && court_ != address(0) && unitCourt_ != address(0), Models_ZeroAddress());
        require(fineTunes == address(0), Models_AlreadyAppointed(fineTunes, court, unitCourt));
        (fineTunes, court, unitCourt) = (fineTunes_, court_, unitCourt_);
        _emit(4, abi.encode(ModelUsersAppointed.selector, fineTunes_, court_, unitCourt_));
    }

    /// @inheritdoc IModels
    function setTerms(ModelTerms calldata terms_) external restricted {
        _setTerms(terms_);
    }

    /// @inheritdoc IModels
    function recordingTerms(ModelId model, AccountId operator) external view returns (RecordingTerms memory) {
        Model storage stored = _requireServable(model);
        uint40 now_ = clock.runningTime();
        require(now_ >= stored.activeFrom, Models_NotActive(model, stored.activeFrom, now_));
        require(!stored.isStruck, Models_Struck(model, stored.struckAt));
        uint40 until = _operators[model][operator];
        require(until == FOR_GOOD || now_ < until, Models_NotOperator(model, operator));
        return
            RecordingTerms({
                feeUnitGwei: stored.feeUnitGwei,
                sketchBytes: stored.sketched ? stored.steps * 8 : 0,
                time: now_
            });
    }

    /// @inheritdoc IModels
    function settlementTerms(ModelId model, uint40 until) external view returns (SettlementTerms memory settled) {
        Model storage stored = _requireServable(model);
        Sheet sheet = Sheets.read(stored.sheet);
        settled = SettlementTerms({
            owner: stored.owner,
            contributorBps: stored.contributorBps,
            operatorBps: stored.operatorBps,
            baseBps: stored.baseBps,
            floorBps: stored.floorBps,
            dims: stored.sketched ? _dimsOf(stored) : 0,
            unitCount: sheet.unitCount(),
            keptRows: sheet.keptRows(),
            floorNorm: sheet.floorNorm(),
            fixedTotal: sheet.fixedTotal(),
            royalties: _lineages[model].list()
        });
        if (!stored.isStruck) return settled;
        Strike[] storage strikes = _strikes[model];
        uint256 count = _strikesBefore(strikes, until);
        if (count == 0) return settled;
        settled.keptRows -= strikes[count - 1].keptRows;
        settled.fixedTotal -= strikes[count - 1].fixedTotal;
    }

    /// @inheritdoc IModels
    function weigh(
        ModelId model,
        uint256 first,
        uint256 count,
        uint40 until,
        bytes calldata totals,
        uint256 weight
    ) external view returns (WeighedUnit[] memory weighed) {
        WideProducts.reserve();
        Model storage stored = _requireServable(model);
        Sheet sheet = Sheets.read(stored.sheet);
        uint256 unitCount = sheet.unitCount();
        if (first + count > unitCount) revert Models_UnknownUnit(model, first + count - 1, unitCount);
        weighed = new WeighedUnit[](count);
        _weigh(weighed, sheet.units(_dimsOf(stored), first, count), _dimsOf(stored), totals, weight);
        if (stored.isStruck) _weighStruck(weighed, _struckTimes[model], first, until);
    }

    /// @inheritdoc IModels
    function memberOf(
        ModelId model,
        uint16 unit,
        uint32 member
    ) external view returns (AccountId account, uint32 kept, uint32 unitKept) {
        Model storage stored = _requireServable(model);
        Sheet sheet = Sheets.read(stored.sheet);
        (account, kept) = sheet.member(unit, member);
        require(AccountId.unwrap(account) != 0, Models_NoMember(model, unit, member));
        (, unitKept, , ) = _headOf(sheet, _dimsOf(stored), unit);
    }

    /// @inheritdoc IModels
    function unitOf(
        ModelId model,
        uint16 unit
    ) external view returns (AccountId payee, uint16 kept, uint16 scale, uint64 fixedWeight, bytes memory sketch) {
        Model storage stored = _requireServable(model);
        Sheet sheet = Sheets.read(stored.sheet);
        uint256 count = sheet.unitCount();
        require(unit < count, Models_UnknownUnit(model, unit, count));
        (payee, kept, scale, fixedWeight) = _headOf(sheet, _dimsOf(stored), unit);
        bytes memory data = sheet.units(_dimsOf(stored), unit, 1);
        uint256 length = _dimsOf(stored) / 2;
        assembly ("memory-safe") {
            // What precedes the sketch makes room for its length; what follows it is left over.
            sketch := add(data, 0x10)
            mstore(sketch, length)
        }
    }

    /// @inheritdoc IModels
    function rowTermsOf(ModelId model) external view returns (RowTerms memory) {
        Model storage stored = _requireServable(model);
        Sheet sheet = Sheets.read(stored.sheet);
        return
            RowTerms({
                indexRoot: sheet.indexRoot(),
                totalHash: sheet.totalHash(),
                maxPeak: sheet.maxPeak(),
                registeredIn: sheet.registeredIn(),
                dims: _dimsOf(stored),
                unitCount: sheet.unitCount()
            });
    }

    /// @inheritdoc IModels
    function struckAt(ModelId model) external view returns (uint40) {
        return _requireModel(model).struckAt;
    }

    /// @inheritdoc IModels
    function activeFrom(ModelId model) external view returns (uint40) {
        return _requireModel(model).activeFrom;
    }

    /// @inheritdoc IModels
    function operatorUntil(ModelId model, AccountId operator) external view returns (uint40) {
        return _operators[model][operator];
    }

    /// @inheritdoc IModels
    function ownerOf(ModelId model) external view returns (AccountId) {
        return _requireModel(model).owner;
    }

    /// @inheritdoc IModels
    function parentOf(ModelId model) external view returns (ModelId) {
        return _requireModel(model).parent;
    }

    /// @inheritdoc IModels
    function feeUnitOf(ModelId model) external view returns (uint32) {
        return _requireServable(model).feeUnitGwei;
    }

    /// @inheritdoc IModels
    function poolTermsOf(ModelId model) external view returns (uint16 contributorBps, uint32 feeUnitGwei) {
        Model storage stored = _requireModel(model);
        return (stored.contributorBps, stored.feeUnitGwei);
    }

    /// @inheritdoc IModels
    function versionsOf(ModelId model) external view returns (VersionId[] memory) {
        return Sheets.read(_requireServable(model).sheet).versions();
    }

    /// @inheritdoc IModels
    function terms() external view returns (ModelTerms memory) {
        return _terms;
    }

    function _setTerms(ModelTerms memory terms_) private {
        require(
            terms_.activationSeconds >= 1 days &&
                terms_.activationSeconds <= 14 days &&
                terms_.noticeSeconds >= PROMISE_SECONDS &&
                terms_.noticeSeconds <= 14 days,
            Models_TermsOutOfRange(terms_)
        );
        ModelTerms memory previous = _terms;
        _terms = terms_;
        _emit(1, abi.encode(ModelTermsSet.selector, previous, terms_));
    }

    /// @return lineage The royalties owed on every fee.
    function _check(FineTuneTerms calldata entered) private view returns (Lineage lineage) {
        Model storage parent = _requireModel(entered.parent);
        _requirePay(entered.pay, entered.dims);
        _requireRoyalty(entered.shares.royaltyBps);
        lineage = _lineages[entered.parent].below(parent.owner, parent.royaltyBps);
        uint256 royaltiesBps = lineage.totalBps();
        require(royaltiesBps <= Royalties.MAX_BPS, Models_RoyaltyTooHigh(royaltiesBps, Royalties.MAX_BPS));
        uint256 sharesBps = royaltiesBps + entered.shares.contributorBps + entered.shares.operatorBps;
        require(sharesBps <= MAX_SHARES_BPS, Models_SharesTooHigh(sharesBps, MAX_SHARES_BPS));
    }

    function _requireModel(ModelId model) private view returns (Model storage stored) {
        stored = _models[model];
        require(AccountId.unwrap(stored.owner) != 0, Models_UnknownModel(model));
    }

    /// @dev A fine-tune whose units are all registered.
    function _requireServable(ModelId model) private view returns (Model storage stored) {
        stored = _models[model];
        if (stored.sheet == address(0)) {
            _requireModel(model);
            revert Models_NotServable(model);
        }
    }

    function _requireOwner(ModelId model) private view {
        address owner = accounts.payoutOf(_requireModel(model).owner);
        require(msg.sender == owner, Models_NotOwner(model, msg.sender));
    }

    function _dimsOf(Model storage stored) private view returns (uint16) {
        return uint16(stored.steps * DIMS_STEP);
    }

    /// @dev The head of a unit, without its sketch.
    function _headOf(
        Sheet sheet,
        uint256 dims,
        uint256 unit
    ) private view returns (AccountId payee, uint16 kept, uint16 scale, uint64 fixedWeight) {
        uint256 head = uint256(bytes32(sheet.units(dims, unit, 1)));
        return (AccountId.wrap(uint32(head >> 224)), uint16(head >> 208), uint16(head >> 192), uint64(head >> 128));
    }

    /// @dev Lets units that were struck in time weigh nothing. Their payees stay, which earn nothing.
    function _weighStruck(
        WeighedUnit[] memory weighed,
        mapping(uint256 place => uint256 times) storage struckTimes,
        uint256 first,
        uint40 until
    ) private view {
        for (uint256 i = 0; i < weighed.length; ++i) {
            (uint256 place, uint256 shift) = _strikeAt(first + i);
            uint40 unitStruckAt = uint40(struckTimes[place] >> shift);
            if (unitStruckAt != 0 && unitStruckAt < until)
                weighed[i] = WeighedUnit.wrap(uint32(WeighedUnit.unwrap(weighed[i])));
        }
    }

    /// @dev How many strikes came before a time: searched for by halves, lest their number make a settlement dear.
    function _strikesBefore(Strike[] storage strikes, uint40 until) private view returns (uint256 count) {
        uint256 end = strikes.length;
        while (count < end) {
            uint256 middle = (count + end) / 2;
            if (strikes[middle].struckAt < until) count = middle + 1;
            else end = middle;
        }
    }

    /// @dev Where the time of a unit's strike lies.
    function _strikeAt(uint256 unit) private pure returns (uint256 place, uint256 shift) {
        return (unit / STRIKES_A_SLOT, 40 * (unit % STRIKES_A_SLOT));
    }

    function _weigh(
        WeighedUnit[] memory weighed,
        bytes memory units,
        uint256 dims,
        bytes memory totals,
        uint256 weight
    ) private pure {
        uint256 size = UnitPages.unitBytes(dims);
        uint256 place;
        assembly ("memory-safe") {
            place := add(units, 0x20)
        }
        int256[] memory products = new int256[](weighed.length);
        if (totals.length != 0 && weight != 0) {
            WideVector memory vector = WideProducts.ofTotals(totals, weight);
            products = WideProducts.dots(vector, place + UnitPages.HEAD_BYTES, size, weighed.length);
        }
        for (uint256 i = 0; i < weighed.length; ++i) {
            int256 product = products[i];
            assembly ("memory-safe") {
                // payee (32 bits) | kept (16) | scale (16) | fixed weight (64) become net (144) | fixed | kept | payee.
                let head := mload(place)
                let net := mul(mul(product, sgt(product, 0)), and(shr(192, head), 0xffff))
                let word := or(shl(112, net), shl(48, and(shr(128, head), 0xffffffffffffffff)))
                word := or(word, or(shl(32, and(shr(208, head), 0xffff)), shr(224, head)))
                mstore(add(add(weighed, 0x20), shl(5, i)), word)
                place := add(place, size)
            }
        }
    }

    /// @dev Without sketches of units everything goes by rows: nothing else could be computed.
    function _requirePay(PayTerms calldata pay, uint16 dims) private pure {
        bool isEqual = pay.baseBps == BPS;
        require(
            pay.baseBps <= BPS &&
                pay.floorBps >= MIN_FLOOR &&
                pay.floorBps <= MAX_FLOOR &&
                pay.feeUnitGwei != 0 &&
                pay.feeUnitGwei <= MAX_FEE_UNIT &&
                !(isEqual && pay.sketched) &&
                (dims != 0 || isEqual),
            Models_PayOutOfRange(pay, dims)
        );
        require(dims <= MAX_DIMS && dims % DIMS_STEP == 0, Models_DimsOutOfRange(dims));
    }

    function _requireRoyalty(uint16 royaltyBps) private pure {
        require(royaltyBps <= Royalties.MAX_BPS, Models_RoyaltyTooHigh(royaltyBps, Royalties.MAX_BPS));
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Governed} from "./Governed.sol";
import {IAccounts} from "./interfaces/IAccounts.sol";
import {Bond, BondRule, IBonds, Split} from "./interfaces/IBonds.sol";
import {IClock} from "./interfaces/IClock.sol";
import {IEarnings} from "./interfaces/IEarnings.sol";
import {ILedger} from "./interfaces/ILedger.sol";
import {IModels} from "./interfaces/IModels.sol";
import {BondSlot, BondSlots} from "./libraries/BondSlot.sol";
import {OpenToken} from "./OpenToken.sol";
import {AccountId, BondId, bondOf, ModelId} from "./types/Ids.sol";

/// @title Bonds
/// @dev What each function promises stands in `IBonds`. Of every bond, `leaving + held ≤ balance`.
contract Bonds is IBonds, Governed {
    using BondSlots for BondSlot;

    /// @dev Pools of a model's books settled since `since`, and in the time of `modelSeconds` before it, in one slot.
    struct Settled {
        uint64 newerGwei;
        uint64 olderGwei;
        uint40 since;
    }

    uint64 public constant LEAST_MINIMUM = 1e9;
    uint64 public constant MAX_PER_RECORD = 1_000e9;
    uint16 public constant MIN_RATIO_BPS = 5_000;
    uint16 public constant MAX_RATIO_BPS = 30_000;
    uint16 public constant MAX_BOUNTY_BPS = 5_000;
    uint256 public constant MIN_LOSS_BPS = 5_000;
    uint32 public constant MAX_NOTICE = 60 days;
    uint32 public constant MIN_MODEL_SECONDS = 7 days;
    uint32 public constant MAX_MODEL_SECONDS = 60 days;
    uint40 public constant REQUEST_SECONDS = 7 days;
    uint256 private constant BPS = 10_000;
    uint256 private constant WEI_PER_GWEI = 1e9;

    OpenToken public immutable token;
    IAccounts public immutable accounts;
    IModels public immutable models;
    IEarnings public immutable earnings;
    IClock public immutable clock;

    BondRule private _rule;

    /// @inheritdoc IBonds
    ILedger public ledger;

    /// @inheritdoc IBonds
    uint64 public unburntGwei;

    /// @inheritdoc IBonds
    address public court;

    /// @inheritdoc IBonds
    address public unitCourt;

    mapping(BondId bond => BondSlot) private _bonds;
    mapping(BondId bond => uint40 leavesAt) private _leaves;
    mapping(ModelId model => Settled) private _settled;

    modifier onlyLedger() {
        require(msg.sender == address(ledger), Bonds_NotAppointed(msg.sender));
        _;
    }

    modifier onlyCourts() {
        require(msg.sender == court || msg.sender == unitCourt, Bonds_NotAppointed(msg.sender));
        _;
    }

    constructor(
        OpenToken token_,
        IModels models_,
        IEarnings earnings_,
        address authority_,
        BondRule memory rule_
    ) Governed(authority_) {
        token = token_;
        accounts = models_.accounts();
        models = models_;
        earnings = earnings_;
        clock = models_.clock();
        token_.refuseTransfers();
        _setRule(rule_);
    }

    /// @inheritdoc IBonds
    function deposit(BondId bond, uint64 amountGwei) external {
        require(amountGwei != 0, Bonds_ZeroDeposit(bond));
        _holderOf(bond);

        BondSlot slot = _bonds[bond].deposited(amountGwei);
        _bonds[bond] = slot;

        _emit(3, abi.encode(BondDeposited.selector, bond, msg.sender, amountGwei, slot.balance()));
        token.transferFrom(msg.sender, address(this), amountGwei * WEI_PER_GWEI);
    }

    /// @inheritdoc IBonds
    function requestWithdrawal(BondId bond, uint64 amountGwei) external {
        _requireHolder(bond);

        BondSlot slot = _bonds[bond];
        uint64 leavingGwei = _min(amountGwei, slot.standing());
        uint40 leavesAt = leavingGwei == 0 ? 0 : clock.time() + _rule.noticeSeconds;
        _bonds[bond] = slot.leavingAll(leavingGwei);
        _leaves[bond] = leavesAt;

        _emit(2, abi.encode(BondWithdrawalRequested.selector, bond, leavingGwei, leavesAt));
    }

    /// @inheritdoc IBonds
    function withdraw(BondId bond) external {
        _requireHolder(bond);
        BondSlot slot = _bonds[bond];
        uint40 leavesAt = _leaves[bond];
        uint40 now_ = clock.time();
        require(slot.leaving() != 0, Bonds_NothingLeaving(bond));
        require(now_ >= leavesAt, Bonds_LeavesLater(leavesAt, now_));
        require(now_ < leavesAt + REQUEST_SECONDS, Bonds_RequestExpired(leavesAt + REQUEST_SECONDS, now_));
        uint256 requiredGwei = requiredOf(bond);
        require(slot.standing() > requiredGwei, Bonds_TooSmall(bond, slot.standing(), requiredGwei));

        uint64 amountGwei = _min(slot.leaving(), slot.standing() - uint64(requiredGwei));
        slot = slot.leavingAll(0).taken(amountGwei);
        _bonds[bond] = slot;
        delete _leaves[bond];

        _emit(3, abi.encode(BondWithdrawn.selector, bond, msg.sender, amountGwei, slot.balance()));
        token.send(msg.sender, amountGwei * WEI_PER_GWEI);
    }

    /// @inheritdoc IBonds
    function burnSlashed() external returns (uint64 amountGwei) {
        amountGwei = unburntGwei;
        require(amountGwei != 0, Bonds_NothingToBurn());

        unburntGwei = 0;

        _emit(1, abi.encode(SlashedBurnt.selector, amountGwei));
        token.burn(amountGwei * WEI_PER_GWEI);
    }

    /// @inheritdoc IBonds
    function appoint(ILedger ledger_, address court_, address unitCourt_) external restricted {
        require(
            address(ledger_) != address(0) && court_ != address(0) && unitCourt_ != address(0),
            Bonds_ZeroAddress()
        );
        require(court == address(0), Bonds_AlreadyAppointed(address(ledger), court, unitCourt));
        (ledger, court, unitCourt) = (ledger_, court_, unitCourt_);
        _emit(4, abi.encode(BondUsersAppointed.selector, ledger_, court_, unitCourt_));
    }

    /// @inheritdoc IBonds
    function setRule(BondRule calldata rule_) external restricted {
        _setRule(rule_);
    }

    /// @inheritdoc IBonds
    function expose(
        AccountId operator,
        uint64 feesGwei,
        uint256 records
    ) external onlyLedger returns (uint64 coverGwei) {
        BondRule memory rule_ = _rule;
        coverGwei = uint64(Math.ceilDiv(uint256(feesGwei) * rule_.ratioBps, BPS) + records * rule_.perRecordGwei);
        BondId bond = bondOf(operator);
        BondSlot slot = _bonds[bond].exposing(coverGwei);
        _requireCover(bond, slot, uint256(rule_.minimumGwei) + slot.exposed());
        _bonds[bond] = slot;
    }

    /// @inheritdoc IBonds
    function settle(AccountId operator, ModelId model, uint64 coverGwei, uint64 poolGwei) external onlyLedger {
        _bonds[bondOf(operator)] = _bonds[bondOf(operator)].relieved(coverGwei);
        Settled memory settled = _rolled(_settled[model]);
        settled.newerGwei += poolGwei;
        _settled[model] = settled;
    }

    /// @inheritdoc IBonds
    function stake(BondId bond, uint64 amountGwei) external onlyCourts {
        BondSlot slot = _bonds[bond];
        // Who records nothing has no minimum to keep.
        uint256 requiredGwei = slot.exposed() == 0 ? amountGwei : requiredOf(bond) + amountGwei;
        _requireCover(bond, slot, requiredGwei);
        slot = slot.holding(amountGwei);
        _bonds[bond] = slot;
        _emit(2, abi.encode(BondHeld.selector, bond, amountGwei, slot.held(), slot.leaving()));
    }

    /// @inheritdoc IBonds
    function hold(BondId bond, uint64 amountGwei) external onlyCourts returns (uint64) {
        return _hold(bond, amountGwei, _bonds[bond].standing());
    }

    /// @inheritdoc IBonds
    function holdSpare(BondId bond, uint64 amountGwei) external onlyCourts returns (uint64) {
        uint256 requiredGwei = requiredOf(bond);
        uint64 standingGwei = _bonds[bond].standing();
        return _hold(bond, amountGwei, standingGwei > requiredGwei ? standingGwei - uint64(requiredGwei) : 0);
    }

    /// @inheritdoc IBonds
    function release(BondId bond, uint64 amountGwei) external onlyCourts {
        if (amountGwei == 0) return;
        BondSlot slot = _bonds[bond].releasing(amountGwei);
        _bonds[bond] = slot;
        _emit(2, abi.encode(BondReleased.selector, bond, amountGwei, slot.held()));
    }

    /// @inheritdoc IBonds
    function slash(
        BondId bond,
        uint64 amountGwei,
        uint64 heldGwei,
        Split calldata split
    ) external onlyCourts returns (uint64 takenGwei) {
        BondSlot slot = _bonds[bond].releasing(heldGwei);
        // What is held for something else is not there to be taken.
        takenGwei = _min(amountGwei, slot.standing());
        _bonds[bond] = slot.taken(takenGwei);
        uint64 bountyGwei = uint64((uint256(takenGwei) * split.toBps) / BPS);
        uint64 givenGwei = uint64((uint256(takenGwei) * split.givenBps) / BPS);
        unburntGwei += takenGwei - bountyGwei - givenGwei;

        _emit(
            3,
            abi.encodePacked(
                abi.encode(BondSlashed.selector, bond, split.to, takenGwei, bountyGwei, givenGwei),
                _told(_bonds[bond])
            )
        );
        if (bountyGwei + givenGwei == 0) return takenGwei;
        token.send(address(earnings), (bountyGwei + givenGwei) * WEI_PER_GWEI);
        if (bountyGwei != 0) earnings.credit(split.to, bountyGwei);
        if (givenGwei != 0) ledger.give(split.model, split.operator, givenGwei);
    }

    /// @inheritdoc IBonds
    function bondStateOf(BondId bond) external view returns (Bond memory) {
        BondSlot slot = _bonds[bond];
        Settled memory settled = _rolled(_settled[_modelOf(bond)]);
        return
            Bond({
                balanceGwei: slot.balance(),
                leavingGwei: slot.leaving(),
                heldGwei: slot.held(),
                exposedGwei: _isModel(bond) ? ledger.unsettledPoolOf(_modelOf(bond)) : slot.exposed(),
                settledGwei: _isModel(bond) ? settled.newerGwei + settled.olderGwei : 0,
                leavesAt: _leaves[bond]
            });
    }

    /// @inheritdoc IBonds
    function requireModelCover(ModelId model) external view {
        BondId bond = bondOf(model);
        uint64 balanceGwei = _bonds[bond].balance();
        // What is leaving or held counts, as a strike takes it: nobody but a withdrawal stops an operator that has promised to record.
        uint256 requiredGwei = uint256(_rule.minimumGwei) + _poolsOf(bond);
        require(balanceGwei >= requiredGwei, Bonds_TooSmall(bond, balanceGwei, requiredGwei));
    }

    /// @inheritdoc IBonds
    function requiredOf(BondId bond) public view returns (uint256) {
        uint256 exposedGwei = _isModel(bond) ? _poolsOf(bond) : _bonds[bond].exposed();
        return exposedGwei == 0 ? 0 : _rule.minimumGwei + exposedGwei;
    }

    /// @inheritdoc IBonds
    function rule() external view returns (BondRule memory) {
        return _rule;
    }

    function _hold(BondId bond, uint64 amountGwei, uint64 mostGwei) private returns (uint64 heldGwei) {
        heldGwei = _min(amountGwei, mostGwei);
        if (heldGwei == 0) return 0;
        BondSlot slot = _bonds[bond].seizing(heldGwei);
        _bonds[bond] = slot;
        _emit(2, abi.encode(BondHeld.selector, bond, heldGwei, slot.held(), slot.leaving()));
    }

    function _setRule(BondRule memory rule_) private {
        uint256 leastNotice = address(ledger) == address(0) ? 0 : ledger.leastBondNotice();
        require(
            rule_.minimumGwei >= LEAST_MINIMUM &&
                rule_.perRecordGwei != 0 &&
                rule_.perRecordGwei <= MAX_PER_RECORD &&
                rule_.ratioBps >= MIN_RATIO_BPS &&
                rule_.ratioBps <= MAX_RATIO_BPS &&
                rule_.bountyBps <= MAX_BOUNTY_BPS &&
                uint256(rule_.ratioBps) * (BPS - rule_.bountyBps) >= MIN_LOSS_BPS * BPS &&
                rule_.noticeSeconds >= leastNotice &&
                rule_.noticeSeconds <= MAX_NOTICE &&
                rule_.modelSeconds >= MIN_MODEL_SECONDS &&
                rule_.modelSeconds <= MAX_MODEL_SECONDS,
            Bonds_RuleOutOfRange(rule_)
        );
        BondRule memory previous = _rule;
        _rule = rule_;
        _emit(1, abi.encode(BondRuleSet.selector, previous, rule_));
    }

    function _requireCover(BondId bond, BondSlot slot, uint256 requiredGwei) private pure {
        require(slot.covering() >= requiredGwei, Bonds_TooSmall(bond, slot.covering(), requiredGwei));
    }

    function _told(BondSlot slot) private pure returns (bytes memory) {
        return abi.encode(slot.balance(), slot.held(), slot.leaving());
    }

    /// @dev The contributors' pools that a model's bond answers for.
    function _poolsOf(BondId bond) private view returns (uint256) {
        Settled memory settled = _rolled(_settled[_modelOf(bond)]);
        return uint256(ledger.unsettledPoolOf(_modelOf(bond))) + settled.newerGwei + settled.olderGwei;
    }

    /// @dev The same pools seen now. A pool is kept for one to two times `modelSeconds`.
    function _rolled(Settled memory settled) private view returns (Settled memory) {
        uint40 modelSeconds = _rule.modelSeconds;
        uint40 now_ = clock.time();
        if (now_ < settled.since + modelSeconds) return settled;
        if (now_ >= settled.since + 2 * modelSeconds) return Settled({newerGwei: 0, olderGwei: 0, since: now_});
        return Settled({newerGwei: 0, olderGwei: settled.newerGwei, since: settled.since + modelSeconds});
    }

    /// @dev Where a bond is paid back to; there is no bond of an account or a model that does not exist.
    function _holderOf(BondId bond) private view returns (address) {
        uint64 number = BondId.unwrap(bond);
        require(number >> 33 == 0, Bonds_Unknown(bond));
        if (!_isModel(bond)) return accounts.payoutOf(AccountId.wrap(uint32(number)));
        return accounts.payoutOf(models.ownerOf(_modelOf(bond)));
    }

    function _requireHolder(BondId bond) private view {
        address holder = _holderOf(bond);
        require(msg.sender == holder, Bonds_NotHolder(bond, msg.sender, holder));
    }

    function _isModel(BondId bond) private pure returns (bool) {
        return BondId.unwrap(bond) >> 32 != 0;
    }

    function _modelOf(BondId bond) private pure returns (ModelId) {
        return ModelId.wrap(uint32(BondId.unwrap(bond)));
    }

    function _min(uint64 a, uint64 b) private pure returns (uint64) {
        return a < b ? a : b;
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Create2} from "@openzeppelin/contracts/utils/Create2.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {DepositWallet} from "./DepositWallet.sol";
import {Governed} from "./Governed.sol";
import {IAccounts} from "./interfaces/IAccounts.sol";
import {Channel, ChannelKey, IChannels, WalkIn} from "./interfaces/IChannels.sol";
import {IClock} from "./interfaces/IClock.sol";
import {IEarnings} from "./interfaces/IEarnings.sol";
import {IModels} from "./interfaces/IModels.sol";
import {ChargeSlot, ChargeSlots} from "./libraries/ChargeSlot.sol";
import {Records} from "./libraries/Records.sol";
import {OpenToken} from "./OpenToken.sol";
import {EDITION, PRODUCT} from "./types/Domain.sol";
import {AccountId, ChannelId, ModelId} from "./types/Ids.sol";
import {PROMISE_SECONDS} from "./types/Records.sol";

/// @title Channels
/// @dev What each function promises stands in `IChannels`.
contract Channels is IChannels, Governed, EIP712 {
    using ChargeSlots for ChargeSlot;

    /// @dev One slot.
    struct Deposit {
        uint64 depositGwei;
        uint64 withdrawnGwei;
        uint64 leavingGwei;
        uint40 leavesAt;
    }

    /// @dev One slot.
    struct NextSigner {
        address signer;
        uint40 from;
    }

    // solhint-disable-next-line gas-small-strings
    bytes32 private constant VOUCHER_TYPEHASH = keccak256("Voucher(bytes32 channelId,uint128 maxClaimableAmount)");
    uint40 public constant REQUEST_SECONDS = 7 days;
    uint256 private constant WEI_PER_GWEI = 1e9;
    uint256 private constant VOUCHER_BYTES = 81;

    IAccounts public immutable accounts;
    IModels public immutable models;
    IEarnings public immutable earnings;
    IClock public immutable clock;
    OpenToken private immutable _token;

    /// @inheritdoc IChannels
    address public ledger;

    /// @inheritdoc IChannels
    uint32 public noticeSeconds;

    mapping(ChannelId channel => ChargeSlot) private _charges;
    mapping(ChannelId channel => Deposit) private _deposits;
    mapping(ChannelId channel => NextSigner) private _nextSigners;

    constructor(
        IEarnings earnings_,
        address authority_,
        uint32 noticeSeconds_
    ) Governed(authority_) EIP712(PRODUCT, EDITION) {
        accounts = earnings_.accounts();
        models = earnings_.models();
        clock = models.clock();
        earnings = earnings_;
        _token = earnings_.token();
        _token.refuseTransfers();
        _setNotice(noticeSeconds_);
    }

    /// @inheritdoc IChannels
    function charge(
        uint256[] calldata charges,
        uint32 feeUnitGwei,
        bytes calldata vouchers
    ) external returns (uint64[] memory charged) {
        require(msg.sender == ledger, Channels_NotLedger(msg.sender));
        if (vouchers.length != 0) _presentAll(charges, vouchers, WEI_PER_GWEI * feeUnitGwei);
        charged = new uint64[](charges.length / 2);
        // Each is read when it is charged, since a batch may name a channel twice.
        for (uint256 i = 0; i < charged.length; ++i) {
            ChargeSlot slot = _charge(ChannelId.wrap(bytes32(charges[2 * i])), charges[2 * i + 1]);
            charged[i] = (uint64(slot.covered()) << 32) | slot.charged();
        }
    }

    /// @inheritdoc IChannels
    function appointLedger(address ledger_) external restricted {
        require(ledger_ != address(0), Channels_ZeroAddress());
        require(ledger == address(0), Channels_AlreadyAppointed(ledger));
        ledger = ledger_;
        _emit(2, abi.encode(LedgerAppointed.selector, ledger_));
    }

    /// @inheritdoc IChannels
    function setNotice(uint32 noticeSeconds_) external restricted {
        _setNotice(noticeSeconds_);
    }

    /// @inheritdoc IChannels
    function openChannel(
        AccountId operator,
        ModelId model,
        uint32 salt,
        address signer,
        uint64 amountGwei
    ) external returns (ChannelId channel) {
        require(salt != 0, Channels_SaltReserved());
        require(signer != address(0), Channels_ZeroSigner());
        uint32 number = AccountId.unwrap(operator);
        require(number != 0 && number <= accounts.accountCount(), Channels_UnknownOperator(operator));
        ChannelKey memory key = ChannelKey({
            payer: _accountOf(msg.sender),
            operator: operator,
            model: model,
            salt: salt
        });
        channel = _idOf(key);
        require(_charges[channel].signer() == address(0), Channels_Exists(channel));

        _charges[channel] = _charges[channel].withSigner(signer);

        _emitOpened(channel, key, signer);
        _fund(channel, model, amountGwei);
        if (amountGwei != 0) earnings.collect(msg.sender, amountGwei);
    }

    /// @inheritdoc IChannels
    function fundChannel(ChannelKey calldata key, uint64 amountGwei) external {
        ChannelId channel = _requireOpen(key);
        // Nobody could take back what is not covered.
        require(AccountId.unwrap(key.payer) != 0, Channels_NoPayer(channel));
        require(amountGwei != 0, Channels_ZeroAmount(channel));
        _fund(channel, key.model, amountGwei);
        earnings.collect(msg.sender, amountGwei);
    }

    /// @inheritdoc IChannels
    function present(ChannelKey calldata key, uint128 maxClaimableAmount, bytes32 r, bytes32 vs) external {
        ChannelId channel = _requireOpen(key);
        ChargeSlot slot = _charges[channel];
        _requireSigned(_domainSeparatorV4(), channel, slot.signer(), maxClaimableAmount, r, vs);
        uint256 units = maxClaimableAmount / (WEI_PER_GWEI * models.feeUnitOf(key.model));
        ChargeSlot raised = slot.covering(units);
        if (raised.covered() == slot.covered()) return;

        _charges[channel] = raised;

        _emit(2, abi.encode(VoucherPresented.selector, channel, maxClaimableAmount, raised.covered()));
    }

    /// @inheritdoc IChannels
    function proposeSigner(ChannelKey calldata key, address signer) external {
        ChannelId channel = _requireOpen(key);
        _requirePayer(key.payer);
        require(_charges[channel].signer() != address(0), Channels_SaltReserved());

        uint40 from = signer == address(0) ? 0 : clock.time() + noticeSeconds;
        _nextSigners[channel] = NextSigner({signer: signer, from: from});

        _emit(3, abi.encode(SignerProposed.selector, channel, signer, from));
    }

    /// @inheritdoc IChannels
    function acceptSigner(ChannelKey calldata key) external {
        ChannelId channel = _requireOpen(key);
        NextSigner memory next = _nextSigners[channel];
        require(next.signer != address(0), Channels_NothingProposed(channel));
        uint40 now_ = clock.time();
        require(now_ >= next.from, Channels_LeavesLater(next.from, now_));

        address previous = _charges[channel].signer();
        _charges[channel] = _charges[channel].withSigner(next.signer);
        delete _nextSigners[channel];

        _emit(4, abi.encode(SignerChanged.selector, channel, previous, next.signer));
    }

    /// @inheritdoc IChannels
    function requestChannelWithdrawal(ChannelKey calldata key, uint64 amountGwei) external {
        ChannelId channel = _requireOpen(key);
        _requirePayer(key.payer);

        Deposit storage deposit = _deposits[channel];
        uint64 leftGwei = _leftOf(channel, key.model, deposit);
        uint64 leavingGwei = amountGwei < leftGwei ? amountGwei : leftGwei;
        uint40 leavesAt = leavingGwei == 0 ? 0 : clock.time() + noticeSeconds;
        (deposit.leavingGwei, deposit.leavesAt) = (leavingGwei, leavesAt);

        _emit(2, abi.encode(WithdrawalRequested.selector, channel, leavingGwei, leavesAt));
    }

    /// @inheritdoc IChannels
    function withdrawChannel(ChannelKey calldata key) external {
        ChannelId channel = _requireOpen(key);
        _requirePayer(key.payer);
        Deposit memory deposit = _deposits[channel];
        require(deposit.leavingGwei != 0, Channels_NothingLeaving(channel));
        uint40 now_ = clock.time();
        require(now_ >= deposit.leavesAt, Channels_LeavesLater(deposit.leavesAt, now_));
        uint40 expiredAt = deposit.leavesAt + REQUEST_SECONDS;
        require(now_ < expiredAt, Channels_RequestExpired(expiredAt, now_));

        uint64 leftGwei = _leftOf(channel, key.model, deposit);
        uint64 amountGwei = deposit.leavingGwei < leftGwei ? deposit.leavingGwei : leftGwei;
        deposit.withdrawnGwei += amountGwei;
        (deposit.leavingGwei, deposit.leavesAt) = (0, 0);
        _deposits[channel] = deposit;
        // What was not recorded within the notice can no longer be.
        uint64 heldGwei = deposit.depositGwei - deposit.withdrawnGwei;
        ChargeSlot slot = _charges[channel].limited(uint32(heldGwei / models.feeUnitOf(key.model)));
        _charges[channel] = slot;

        _emit(
            3,
            abi.encode(
                ChannelWithdrawn.selector,
                channel,
                msg.sender,
                amountGwei,
                deposit.withdrawnGwei,
                slot.covered()
            )
        );
        if (amountGwei != 0) earnings.pay(msg.sender, amountGwei);
    }

    /// @inheritdoc IChannels
    function settleWalkIn(
        AccountId operator,
        ModelId model,
        WalkIn calldata walkIn
    ) external returns (ChannelId channel) {
        address wallet = _walletOf(operator, model);
        uint64 amountGwei = uint64(walkIn.value / WEI_PER_GWEI);
        channel = _coverWalkIn(_accountOf(walkIn.from), operator, model, wallet, amountGwei);
        _token.transferWithAuthorization(
            walkIn.from,
            wallet,
            walkIn.value,
            walkIn.validAfter,
            walkIn.validBefore,
            walkIn.nonce,
            walkIn.v,
            walkIn.r,
            walkIn.s
        );
        earnings.collect(wallet, amountGwei);
    }

    /// @inheritdoc IChannels
    function sweep(AccountId operator, ModelId model) external returns (uint64 amountGwei) {
        address wallet = _walletOf(operator, model);
        uint256 feeUnit = models.feeUnitOf(model);
        ChannelId channel = Records.channelOf(AccountId.wrap(0), operator, model, 0);
        // Whole units, as far as there is room: what is left over waits for more of it, and is not lost.
        uint256 units = _token.balanceOf(wallet) / (WEI_PER_GWEI * feeUnit);
        uint256 held = _charges[channel].limit();
        uint256 room = type(uint32).max - held;
        require(units == 0 || room != 0, Channels_Full(channel, held + units, type(uint32).max));
        amountGwei = uint64((units < room ? units : room) * feeUnit);
        _coverWalkIn(AccountId.wrap(0), operator, model, wallet, amountGwei);
        earnings.collect(wallet, amountGwei);
    }

    /// @inheritdoc IChannels
    function depositAddressOf(AccountId operator, ModelId model) public view returns (address) {
        return Create2.computeAddress(_saltOf(operator, model), keccak256(_walletCode()));
    }

    /// @inheritdoc IChannels
    function channelOf(ChannelKey calldata key) external view returns (Channel memory) {
        ChannelId channel = _idOf(key);
        ChargeSlot slot = _charges[channel];
        Deposit memory deposit = _deposits[channel];
        NextSigner memory next = _nextSigners[channel];
        return
            Channel({
                signer: slot.signer(),
                limitUnits: slot.limit(),
                coveredUnits: slot.covered(),
                chargedUnits: slot.charged(),
                depositGwei: deposit.depositGwei,
                withdrawnGwei: deposit.withdrawnGwei,
                leavingGwei: deposit.leavingGwei,
                leavesAt: deposit.leavesAt,
                nextSigner: next.signer,
                nextSignerAt: next.from
            });
    }

    function _charge(ChannelId channel, uint256 units) private returns (ChargeSlot charged) {
        ChargeSlot slot = _charges[channel];
        uint256 chargedUnits = slot.charged() + units;
        require(chargedUnits <= slot.covered(), Channels_NotCovered(channel, chargedUnits, slot.covered()));
        charged = slot.charging(units);
        _charges[channel] = charged;
    }

    function _setNotice(uint32 noticeSeconds_) private {
        require(
            noticeSeconds_ >= PROMISE_SECONDS && noticeSeconds_ <= 14 days,
            Channels_NoticeOutOfRange(noticeSeconds_)
        );
        uint32 previous = noticeSeconds;
        noticeSeconds = noticeSeconds_;
        _emit(1, abi.encode(NoticeSet.selector, previous, noticeSeconds_));
    }

    function _presentAll(uint256[] calldata charges, bytes calldata vouchers, uint256 weiPerUnit) private {
        uint256 channels = charges.length / 2;
        uint256 count = vouchers.length / VOUCHER_BYTES;
        require(count * VOUCHER_BYTES == vouchers.length, Channels_VouchersUneven(vouchers.length, VOUCHER_BYTES));
        bytes32 domain = _domainSeparatorV4();
        for (uint256 i = 0; i < count; ++i) {
            uint256 place;
            uint128 maxClaimableAmount;
            bytes32 r;
            bytes32 vs;
            assembly ("memory-safe") {
                let voucher := add(vouchers.offset, mul(i, VOUCHER_BYTES))
                place := byte(0, calldataload(voucher))
                maxClaimableAmount := shr(128, calldataload(add(voucher, 1)))
                r := calldataload(add(voucher, 17))
                vs := calldataload(add(voucher, 49))
            }
            require(place < channels, Channels_VoucherOutOfRange(i, place, channels));
            ChannelId channel = ChannelId.wrap(bytes32(charges[2 * place]));
            ChargeSlot slot = _charges[channel];
            _requireSigned(domain, channel, slot.signer(), maxClaimableAmount, r, vs);
            _charges[channel] = slot.covering(maxClaimableAmount / weiPerUnit);
        }
    }

    /// @dev In Yul because a batch may present many vouchers: what `ecrecover` itself takes is most of it then.
    function _requireSigned(
        bytes32 domain,
        ChannelId channel,
        address signer,
        uint128 maxClaimableAmount,
        bytes32 r,
        bytes32 vs
    ) private view {
        bytes32 typeHash = VOUCHER_TYPEHASH;
        address recovered;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, typeHash)
            mstore(add(free, 0x20), channel)
            mstore(add(free, 0x40), maxClaimableAmount)
            let structHash := keccak256(free, 0x60)
            mstore(free, 0x1901)
            mstore(add(free, 0x20), domain)
            mstore(add(free, 0x40), structHash)
            mstore(free, keccak256(add(free, 0x1e), 0x42))
            // A compact signature (EIP-2098) carries the parity of y in the highest bit of s.
            mstore(add(free, 0x20), add(shr(255, vs), 27))
            mstore(add(free, 0x40), r)
            mstore(add(free, 0x60), shr(1, shl(1, vs)))
            mstore(0x00, 0)
            pop(staticcall(gas(), 1, free, 0x80, 0x00, 0x20))
            recovered := mload(0x00)
        }
        require(recovered == signer && recovered != address(0), Channels_BadVoucher(channel, recovered, signer));
    }

    function _accountOf(address holder) private returns (AccountId account) {
        account = accounts.accountOf(holder);
        if (AccountId.unwrap(account) == 0) account = accounts.open(holder);
    }

    /// @dev Adds to the walk-in channel of a payer, all of it covered.
    function _coverWalkIn(
        AccountId payer,
        AccountId operator,
        ModelId model,
        address wallet,
        uint64 amountGwei
    ) private returns (ChannelId channel) {
        ChannelKey memory key = ChannelKey({payer: payer, operator: operator, model: model, salt: 0});
        channel = _idOf(key);
        require(amountGwei != 0, Channels_ZeroAmount(channel));
        if (_deposits[channel].depositGwei == 0) {
            require(
                AccountId.unwrap(operator) != 0 && AccountId.unwrap(operator) <= accounts.accountCount(),
                Channels_UnknownOperator(operator)
            );
            _emitOpened(channel, key, address(0));
        }
        if (wallet.code.length == 0) Create2.deploy(0, _saltOf(operator, model), _walletCode());
        _fund(channel, model, amountGwei);
        ChargeSlot slot = _charges[channel];
        slot = slot.covering(slot.covered() + amountGwei / models.feeUnitOf(model));
        _charges[channel] = slot;
        _emit(2, abi.encode(WalkInCovered.selector, channel, amountGwei, slot.covered()));
    }

    function _fund(ChannelId channel, ModelId model, uint64 amountGwei) private {
        uint256 feeUnit = models.feeUnitOf(model);
        if (amountGwei == 0) return;
        Deposit storage deposit = _deposits[channel];
        uint64 depositGwei = deposit.depositGwei + amountGwei;
        uint256 units = (depositGwei - deposit.withdrawnGwei) / feeUnit;
        require(units <= type(uint32).max, Channels_Full(channel, units, type(uint32).max));
        deposit.depositGwei = depositGwei;
        _charges[channel] = _charges[channel].limited(uint32(units));
        _emit(3, abi.encode(ChannelFunded.selector, channel, msg.sender, amountGwei, depositGwei));
    }

    function _emitOpened(ChannelId channel, ChannelKey memory key, address signer) private {
        _emit(4, abi.encode(ChannelOpened.selector, channel, key.payer, key.operator, key.model, key.salt, signer));
    }

    function _requireOpen(ChannelKey calldata key) private view returns (ChannelId channel) {
        channel = _idOf(key);
        require(
            _charges[channel].signer() != address(0) || _deposits[channel].depositGwei != 0,
            Channels_Unknown(channel)
        );
    }

    function _requirePayer(AccountId payer) private view {
        address payout = accounts.payoutOf(payer);
        require(msg.sender == payout, Channels_NotPayer(payer, msg.sender, payout));
    }

    /// @dev What is neither charged nor withdrawn.
    function _leftOf(ChannelId channel, ModelId model, Deposit memory deposit) private view returns (uint64) {
        uint256 chargedGwei = uint256(_charges[channel].charged()) * models.feeUnitOf(model);
        return uint64(deposit.depositGwei - deposit.withdrawnGwei - chargedGwei);
    }

    function _walletOf(AccountId operator, ModelId model) private view returns (address) {
        return depositAddressOf(operator, model);
    }

    function _walletCode() private view returns (bytes memory) {
        return abi.encodePacked(type(DepositWallet).creationCode, abi.encode(_token, earnings));
    }

    function _saltOf(AccountId operator, ModelId model) private pure returns (bytes32) {
        return keccak256(abi.encode(operator, model));
    }

    function _idOf(ChannelKey memory key) private pure returns (ChannelId) {
        return Records.channelOf(key.payer, key.operator, key.model, key.salt);
    }
}

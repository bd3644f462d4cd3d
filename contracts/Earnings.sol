// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {Governed} from "./Governed.sol";
import {IAccounts} from "./interfaces/IAccounts.sol";
import {Credit, IEarnings, JointShare} from "./interfaces/IEarnings.sol";
import {BookPage, ISettlement} from "./interfaces/ISettlement.sol";
import {IModels} from "./interfaces/IModels.sol";
import {EarningsSlot, EarningsSlots} from "./libraries/EarningsSlot.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {OpenToken} from "./OpenToken.sol";
import {EDITION, PRODUCT} from "./types/Domain.sol";
import {AccountId, ModelId} from "./types/Ids.sol";

/// @title Earnings
/// @dev What each function promises stands in `IEarnings`.
contract Earnings is IEarnings, Governed, EIP712, Nonces {
    using EarningsSlots for EarningsSlot;

    // solhint-disable-next-line gas-small-strings
    bytes32 private constant CLAIM_TYPEHASH = keccak256(
        "Claim(uint32 account,address to,uint64 minGwei,uint256 nonce,uint256 deadline)"
    );
    uint256 private constant WEI_PER_GWEI = 1e9;
    uint256 private constant CLAIM_BYTES = 32;

    OpenToken public immutable token;
    IAccounts public immutable accounts;
    IModels public immutable models;

    /// @inheritdoc IEarnings
    address public channels;

    /// @inheritdoc IEarnings
    address public ledger;

    /// @inheritdoc IEarnings
    ISettlement public settlement;

    /// @inheritdoc IEarnings
    address public bonds;

    mapping(AccountId account => EarningsSlot) private _accounts;
    mapping(uint256 joint => uint64 receivedGwei) private _received;
    mapping(uint256 joint => mapping(uint32 member => uint64 drawnGwei)) private _drawn;

    modifier onlyChannels() {
        require(msg.sender == channels, Earnings_NotAppointed(msg.sender));
        _;
    }

    modifier onlyCreditors() {
        require(
            msg.sender == address(settlement) || msg.sender == ledger || msg.sender == bonds,
            Earnings_NotAppointed(msg.sender)
        );
        _;
    }

    /// @dev Every amount is a part of the supply, and so below 2^64 gwei. What an account earned in all may exceed the supply: `EarningsSlots`
    /// says how far.
    constructor(
        OpenToken token_,
        IAccounts accounts_,
        IModels models_,
        address authority_
    ) Governed(authority_) EIP712(PRODUCT, EDITION) {
        uint256 supplyGwei = token_.totalSupply() / WEI_PER_GWEI;
        require(supplyGwei <= type(uint64).max, Earnings_SupplyTooLarge(supplyGwei, type(uint64).max));
        token = token_;
        accounts = accounts_;
        models = models_;
        token_.refuseTransfers();
    }

    /// @inheritdoc IEarnings
    function claim(AccountId account) external returns (uint64) {
        return _claimOwn(account);
    }

    /// @inheritdoc IEarnings
    function claim(AccountId account, JointShare[] calldata shares) external returns (uint64) {
        _draw(shares);
        return _claimOwn(account);
    }

    /// @inheritdoc IEarnings
    function claimTo(address to) external returns (uint64) {
        return _claimElsewhere(accounts.requireAccountOf(msg.sender), to);
    }

    /// @inheritdoc IEarnings
    function claimBySig(
        AccountId account,
        address to,
        uint64 minGwei,
        uint256 deadline,
        bytes calldata signature
    ) external returns (uint64 amountGwei) {
        require(block.timestamp <= deadline, Earnings_SignatureExpired(deadline, block.timestamp));
        address holder = accounts.payoutOf(account);
        bytes32 message = keccak256(abi.encode(CLAIM_TYPEHASH, account, to, minGwei, _useNonce(holder), deadline));
        require(Signatures.isSignedBy(holder, _hashTypedDataV4(message), signature), Earnings_BadSignature(holder));
        amountGwei = _claimElsewhere(account, to);
        require(amountGwei >= minGwei, Earnings_LessThanSigned(amountGwei, minGwei));
    }

    /// @inheritdoc IEarnings
    function claimMany(AccountId[] calldata claimants) external returns (uint64 totalGwei) {
        address[] memory payouts = accounts.payoutsOf(claimants);
        bytes memory claims = new bytes(claimants.length * CLAIM_BYTES);
        uint256 end;
        assembly ("memory-safe") {
            end := add(claims, 0x20)
        }
        uint256 start = end;
        for (uint256 i = 0; i < claimants.length; ++i) {
            uint64 amountGwei = _take(claimants[i]);
            if (amountGwei == 0) continue;
            totalGwei += amountGwei;
            uint256 word = uint256(AccountId.unwrap(claimants[i])) << 224;
            word |= (uint256(uint160(payouts[i])) << 64) | amountGwei;
            assembly ("memory-safe") {
                mstore(end, word)
                end := add(end, CLAIM_BYTES)
            }
        }
        require(
            end != start,
            Earnings_NothingToClaim(claimants.length == 0 ? AccountId.wrap(0) : claimants[claimants.length - 1])
        );
        assembly ("memory-safe") {
            mstore(claims, sub(end, start))
        }
        _emit(1, abi.encodePacked(RewardsClaimed.selector, abi.encode(claims)));
        for (; start != end; start += CLAIM_BYTES) {
            uint256 word;
            assembly ("memory-safe") {
                word := mload(start)
            }
            _send(address(uint160(word >> 64)), uint64(word));
        }
    }

    /// @inheritdoc IEarnings
    function settleAndClaim(
        BookPage calldata page,
        AccountId account,
        JointShare[] calldata shares
    ) external returns (uint64) {
        settlement.settle(page);
        _draw(shares);
        return _claimOwn(account);
    }

    /// @inheritdoc IEarnings
    function draw(JointShare[] calldata shares) external {
        _draw(shares);
    }

    /// @inheritdoc IEarnings
    function cancelSignature() external {
        uint256 nonce = _useNonce(msg.sender);
        _emit(2, abi.encode(SignatureCancelled.selector, msg.sender, nonce));
    }

    /// @inheritdoc IEarnings
    function appoint(address channels_, address ledger_, ISettlement settlement_, address bonds_) external restricted {
        require(
            channels_ != address(0) &&
                ledger_ != address(0) &&
                address(settlement_) != address(0) &&
                bonds_ != address(0),
            Earnings_ZeroAddress()
        );
        require(channels == address(0), Earnings_AlreadyAppointed(channels));
        (channels, ledger, settlement, bonds) = (channels_, ledger_, settlement_, bonds_);
        _emit(1, abi.encode(EarningsUsersAppointed.selector, channels_, ledger_, settlement_, bonds_));
    }

    /// @inheritdoc IEarnings
    function collect(address from, uint64 amountGwei) external onlyChannels {
        token.transferFrom(from, address(this), amountGwei * WEI_PER_GWEI);
    }

    /// @inheritdoc IEarnings
    function pay(address to, uint64 amountGwei) external onlyChannels {
        _send(to, amountGwei);
    }

    /// @inheritdoc IEarnings
    function credit(AccountId account, uint64 amountGwei) external onlyCreditors {
        _accounts[account] = _accounts[account].earning(amountGwei);
    }

    /// @inheritdoc IEarnings
    function creditMany(Credit[] calldata credits) external onlyCreditors {
        for (uint256 i = 0; i < credits.length; ++i) {
            uint256 word = Credit.unwrap(credits[i]);
            uint64 amountGwei = uint64(word);
            if (amountGwei == 0) continue;
            AccountId account = AccountId.wrap(uint32(word >> 64));
            if (AccountId.unwrap(account) != 0) _accounts[account] = _accounts[account].earning(amountGwei);
            else _received[word >> 96] += amountGwei;
        }
    }

    /// @inheritdoc IEarnings
    function earningsOf(AccountId account) external view returns (uint64 earnedGwei, uint64 claimedGwei) {
        EarningsSlot slot = _accounts[account];
        return (slot.earned(), slot.claimed());
    }

    /// @inheritdoc IEarnings
    function receivedOf(ModelId model, uint16 unit) external view returns (uint64) {
        return _received[_jointOf(model, unit)];
    }

    /// @inheritdoc IEarnings
    function drawnOf(ModelId model, uint16 unit, uint32 member) external view returns (uint64) {
        return _drawn[_jointOf(model, unit)][member];
    }

    /// @inheritdoc IEarnings
    function nonces(address signer) public view override(IEarnings, Nonces) returns (uint256) {
        return super.nonces(signer);
    }

    function _claimOwn(AccountId account) private returns (uint64 amountGwei) {
        return _claim(account, accounts.payoutOf(account));
    }

    function _claimElsewhere(AccountId account, address to) private returns (uint64) {
        require(to != address(0), Earnings_ZeroAddress());
        require(!token.refuses(to), Earnings_Unwelcome(to));
        return _claim(account, to);
    }

    function _claim(AccountId account, address to) private returns (uint64 amountGwei) {
        amountGwei = _take(account);
        require(amountGwei != 0, Earnings_NothingToClaim(account));
        _emit(3, abi.encode(RewardClaimed.selector, account, to, amountGwei));
        _send(to, amountGwei);
    }

    function _take(AccountId account) private returns (uint64 amountGwei) {
        EarningsSlot slot = _accounts[account];
        amountGwei = slot.earned() - slot.claimed();
        if (amountGwei != 0) _accounts[account] = slot.claimedAll();
    }

    /// @dev A member's part of all that its unit ever received, less what it drew before.
    function _draw(JointShare[] calldata shares) private {
        for (uint256 i = 0; i < shares.length; ++i) {
            JointShare calldata share = shares[i];
            (AccountId account, uint32 kept, uint32 unitKept) = models.memberOf(share.model, share.unit, share.member);
            if (kept == 0) continue;
            uint256 joint = _jointOf(share.model, share.unit);
            uint64 dueGwei = uint64((uint256(_received[joint]) * kept) / unitKept);
            uint64 amountGwei = dueGwei - _drawn[joint][share.member];
            if (amountGwei == 0) continue;

            _drawn[joint][share.member] = dueGwei;
            _accounts[account] = _accounts[account].earning(amountGwei);

            _emit(4, abi.encode(JointDrawn.selector, share.model, share.unit, account, share.member, amountGwei));
        }
    }

    function _send(address to, uint64 amountGwei) private {
        token.send(to, amountGwei * WEI_PER_GWEI);
    }

    function _jointOf(ModelId model, uint16 unit) private pure returns (uint256) {
        return (uint256(ModelId.unwrap(model)) << 16) | unit;
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Channel, ChannelKey, WalkIn} from "../../contracts/interfaces/IChannels.sol";
import {AccountId} from "../../contracts/types/Ids.sol";
import {WalletVm} from "../contracts/harness/Wallets.sol";
import {Books} from "./Books.sol";

/// @notice Payers open, fund, sign and leave, and walk in.
abstract contract ChannelActs is Books {
    bytes32 private constant AUTHORISATION = keccak256(
        "TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
    );

    uint256 private _nonce;
    mapping(bytes32 channel => uint40) private _requestedAt;

    function openAnother(uint256 payer, uint256 which, uint64 amountGwei) external act {
        if (keys.length > 12) return;
        uint32 salt = uint32(100 + keys.length);
        AccountId account = operators[which % 2];
        uint64 amount = amountGwei % OPEN;
        uint256 signingKey = keyOf("another");
        (bool done, ) = attempt(
            named(payerName(payer % PAYERS)),
            address(channels),
            abi.encodeCall(channels.openChannel, (account, model, salt, vm.addr(signingKey), amount))
        );
        vm.assertTrue(done);
        enter(ChannelKey(payers[payer % PAYERS], account, model, salt), signingKey);
        paidIn[idIn(keys[keys.length - 1])] = amount;
    }

    function fund(uint256 which, uint64 amountGwei) external act {
        ChannelKey memory key = keys[which % keys.length];
        uint64 amount = 1 + (amountGwei % (20 * OPEN));
        token.approve(address(earnings), uint256(amount) * 1e9);
        (bool done, ) = attempt(address(this), address(channels), abi.encodeCall(channels.fundChannel, (key, amount)));
        // The channel without a payer takes only what is swept.
        vm.assertTrue(done == (AccountId.unwrap(key.payer) != 0));
        if (done) paidIn[idIn(key)] += amount;
    }

    /// @dev Half of the time somebody else signs, or for another channel, contract or chain: that never counts (C4).
    function present(uint256 which, uint32 units, uint8 how) external act {
        ChannelKey memory key = keys[which % keys.length];
        bytes32 id = idIn(key);
        if (signerOf[id] == 0) return;
        units %= 3_000_000;
        ChannelKey memory other = keys[((which % keys.length) + 1 + how / 8) % keys.length];
        bool isOther = how % 8 == 0 && idIn(other) != id;
        uint128 amountWei = uint128(units * uint256(FEE_UNIT) * 1e9);
        (bytes32 r, bytes32 vs) = signedSo(how % 8, isOther ? other : key, signerOf[id], amountWei);
        bytes memory call = abi.encodeCall(channels.present, (key, amountWei, r, vs));
        (bool done, ) = attempt(address(this), address(channels), call);
        vm.assertTrue(done == (!isOther && (how % 8 == 0 || how % 8 > 3)));
        if (done && units > signedUnits[id]) signedUnits[id] = units;
    }

    function signedSo(
        uint8 how,
        ChannelKey memory key,
        uint256 signingKey,
        uint128 amountWei
    ) private returns (bytes32, bytes32) {
        uint256 chain = block.chainid;
        if (how == 1) WalletVm(address(vm)).chainId(chain + 1);
        bytes32 digest = voucherHash(how == 2 ? address(ledger) : address(channels), key, amountWei);
        WalletVm(address(vm)).chainId(chain);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(how == 3 ? signingKey + 1 : signingKey, digest);
        return (r, bytes32((uint256(v - 27) << 255) | uint256(s)));
    }

    function proposeSigner(uint256 which) external act {
        ChannelKey memory key = keys[which % keys.length];
        if (signerOf[idIn(key)] == 0) return;
        address next = vm.addr(signerOf[idIn(key)] + 7);
        attempt(holderOf(key.payer), address(channels), abi.encodeCall(channels.proposeSigner, (key, next)));
    }

    function acceptSigner(uint256 which) external act {
        ChannelKey memory key = keys[which % keys.length];
        (bool done, ) = attempt(address(this), address(channels), abi.encodeCall(channels.acceptSigner, (key)));
        if (done) signerOf[idIn(key)] += 7;
    }

    function requestChannelWithdrawal(uint256 which, uint64 amountGwei) external act {
        ChannelKey memory key = keys[which % keys.length];
        if (AccountId.unwrap(key.payer) == 0) return;
        uint64 amount = amountGwei % 4 == 0 ? type(uint64).max : amountGwei % DEPOSIT;
        (bool done, ) = attempt(
            holderOf(key.payer),
            address(channels),
            abi.encodeCall(channels.requestChannelWithdrawal, (key, amount))
        );
        vm.assertTrue(done);
        _requestedAt[idIn(key)] = clock.time();
    }

    function withdrawChannel(uint256 which) external act {
        ChannelKey memory key = keys[which % keys.length];
        if (AccountId.unwrap(key.payer) == 0) return;
        Channel memory before = channels.channelOf(key);
        uint256 held = token.balanceOf(holderOf(key.payer));
        (bool done, ) = attempt(
            holderOf(key.payer),
            address(channels),
            abi.encodeCall(channels.withdrawChannel, (key))
        );
        if (!done) return;
        uint40 dueAt = _requestedAt[idIn(key)] + NOTICE;
        vm.assertTrue(before.leavesAt == dueAt && clock.time() >= dueAt && clock.time() < dueAt + 7 days);
        paidOut[idIn(key)] += (token.balanceOf(holderOf(key.payer)) - held) / 1e9;
        watchCover(true);
    }

    function walkIn(uint256 which, uint64 amountGwei) external act {
        AccountId account = operators[which % 2];
        uint64 amount = 1 + (amountGwei % (3 * OPEN));
        WalkIn memory once = authorised(channels.depositAddressOf(account, model), uint256(amount) * 1e9);
        (bool done, ) = attempt(
            named("facilitator"),
            address(channels),
            abi.encodeCall(channels.settleWalkIn, (account, model, once))
        );
        vm.assertTrue(done);
        noteWalkIn(accounts.accountOf(walker), account, amount);
    }

    function sweep(uint256 which, uint64 amountGwei) external act {
        AccountId account = operators[which % 2];
        address wallet = channels.depositAddressOf(account, model);
        token.transfer(wallet, (1 + uint256(amountGwei % OPEN)) * 1e9);
        // Whole units; what is left over waits for the next.
        uint64 units = uint64(token.balanceOf(wallet) / (uint256(FEE_UNIT) * 1e9));
        (bool done, ) = attempt(address(this), address(channels), abi.encodeCall(channels.sweep, (account, model)));
        vm.assertTrue(done == (units != 0));
        if (done) noteWalkIn(AccountId.wrap(0), account, units * FEE_UNIT);
    }

    function noteWalkIn(AccountId payer, AccountId account, uint64 amountGwei) private {
        ChannelKey memory key = ChannelKey(payer, account, model, 0);
        bytes32 id = idIn(key);
        if (paidIn[id] == 0) enter(key, 0);
        paidIn[id] += amountGwei;
        signedUnits[id] += amountGwei / FEE_UNIT;
    }

    function authorised(address wallet, uint256 value) private returns (WalkIn memory once) {
        (once.from, once.value) = (walker, value);
        (once.validBefore, once.nonce) = (block.timestamp + 600, bytes32(++_nonce));
        bytes32 message = keccak256(abi.encode(AUTHORISATION, walker, wallet, value, 0, once.validBefore, once.nonce));
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", token.DOMAIN_SEPARATOR(), message));
        (once.v, once.r, once.s) = vm.sign(WALKER_KEY, digest);
    }
}

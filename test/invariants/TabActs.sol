// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccountId} from "../../contracts/types/Ids.sol";
import {Books} from "./Books.sol";

/// @notice What payers and earners do, and time.
abstract contract TabActs is Books {
    /// @dev The holder of this key signs for the first account that earns.
    uint256 internal constant KEY = 0xa11ce;

    function fundTab(uint256 who, uint64 amountGwei, uint64 maxFeeGwei) external act {
        uint32 payer = payers[who % payers.length];
        uint64 amount = amountGwei % 1e13;
        address holder = payoutOf(AccountId.wrap(payer));
        ledger.token().transfer(holder, uint256(amount) * 1e9);
        vm.startPrank(holder);
        ledger.token().approve(address(ledger), uint256(amount) * 1e9);
        ledger.fundTab(operator, amount, maxFeeGwei % 1e12);
        vm.stopPrank();
        funded[payer] += amount;
    }

    function requestTabWithdrawal(uint256 who, uint64 amountGwei) external act {
        vm.prank(payoutOf(AccountId.wrap(payers[who % payers.length])));
        ledger.requestTabWithdrawal(operator, amountGwei % 2e13);
    }

    function withdrawTab(uint256 who) external act {
        address holder = payoutOf(AccountId.wrap(payers[who % payers.length]));
        attempt(holder, address(ledger), abi.encodeCall(ledger.withdrawTab, (operator)));
    }

    function claim(uint256 who) external act {
        attempt(address(this), address(ledger), abi.encodeCall(ledger.claim, (anyone(who))));
    }

    function claimTo(uint256 who, uint160 to) external act {
        address destination = address(uint160(bound(to, 1_000, type(uint160).max)));
        if (destination == address(ledger)) return;
        attempt(payoutOf(anyone(who)), address(ledger), abi.encodeCall(ledger.claimTo, (destination)));
    }

    function claimMany(uint256 who, uint8 many) external act {
        AccountId[] memory claimants = new AccountId[](many % 8);
        for (uint256 i = 0; i < claimants.length; ++i) claimants[i] = anyone((who >> 1) + i * i);
        attempt(address(this), address(ledger), abi.encodeCall(ledger.claimMany, (claimants)));
    }

    function claimBySig(uint160 to) external act {
        address destination = address(uint160(bound(to, 1_000, type(uint160).max)));
        if (destination == address(ledger)) return;
        address holder = vm.addr(KEY);
        AccountId account = ledger.accounts().accountOf(holder);
        bytes32 message = keccak256(
            abi.encode(
                keccak256("Claim(uint32 account,address to,uint256 nonce,uint256 deadline)"),
                account,
                destination,
                ledger.nonces(holder),
                block.timestamp
            )
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(KEY, keccak256(abi.encodePacked("\x19\x01", domain(), message)));
        bytes memory signature = abi.encodePacked(r, s, v);
        attempt(
            address(this),
            address(ledger),
            abi.encodeCall(ledger.claimBySig, (account, destination, block.timestamp, signature))
        );
    }

    function wait(uint32 time) external act {
        vm.warp(block.timestamp + (time % 2 days));
    }

    function domain() private view returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                    keccak256("Ledger"),
                    keccak256("1"),
                    block.chainid,
                    address(ledger)
                )
            );
    }
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccounts} from "../../../contracts/interfaces/IAccounts.sol";
import {CourtTerms, DemandState, ICourt, KeyTerm, Receipt} from "../../../contracts/interfaces/ICourt.sol";
import {AccountId} from "../../../contracts/types/Ids.sol";
import {Record} from "../../../contracts/types/Records.sol";
import {CourtMarket} from "../harness/CourtMarket.sol";

/// @notice Which key signs an operator's receipts, and from when and until when it counts.
contract ReceiptsTest is CourtMarket {
    uint40 private constant ALWAYS = type(uint40).max;

    address private oldKey;
    address private newKey;

    function setUp() public override {
        super.setUp();
        (oldKey, newKey) = (vm.addr(keyOf("receipts")), vm.addr(keyOf("new receipts")));
    }

    function test_GivenASigningWallet_ItShowsWhoseMessageItIs() public view {
        (, string memory name, string memory edition, uint256 chainId, address verifying, , ) = court.eip712Domain();
        vm.assertEq(name, "Attribution Ledger");
        vm.assertEq(edition, "2");
        vm.assertEq(chainId, block.chainid);
        vm.assertEq(verifying, address(court));
        (, name, edition, , verifying, , ) = datasets.eip712Domain();
        vm.assertEq(name, "Attribution Ledger");
        vm.assertEq(edition, "2");
        vm.assertEq(verifying, address(datasets));
    }

    function test_GivenAFirstKey_ItCountsAtOnce() public {
        AccountId account = openAccount("second operator");
        vm.assertFalse(court.hasReceiptKey(account));
        vm.expectEmit(address(court));
        emit ICourt.ReceiptKeySet(idOf(account), newKey, 0, address(0), 0);
        vm.prank(named("second operator"));
        court.setReceiptKey(newKey);
        vm.assertTrue(court.hasReceiptKey(account));
        vm.assertEq(court.receiptKeyOf(account), newKey);
        vm.assertEq(abi.encode(court.keyTermOf(account, newKey)), abi.encode(KeyTerm({from: 0, until: ALWAYS})));
    }

    function test_GivenANewKey_ItCountsAfterTheNotice_AndTheOldOneForADayMore() public {
        uint40 from = clock.time() + NOTICE;
        vm.expectEmit(address(court));
        emit ICourt.ReceiptKeySet(idOf(operatorAccount), newKey, from, oldKey, from + 1 days);
        setKey(newKey);
        vm.assertEq(court.receiptKeyOf(operatorAccount), newKey);
        vm.assertEq(abi.encode(court.keyTermOf(operatorAccount, newKey)), abi.encode(KeyTerm(from, ALWAYS)));
        vm.assertEq(abi.encode(court.keyTermOf(operatorAccount, oldKey)), abi.encode(KeyTerm(0, from + 1 days)));

        accepts(from - 1, "receipts", true);
        accepts(from - 1, "new receipts", false);
        accepts(from, "receipts", true);
        accepts(from, "new receipts", true);
        accepts(from + 1 days - 1, "receipts", true);
        accepts(from + 1 days, "receipts", false);
        accepts(from + 1 days, "new receipts", true);
    }

    function test_GivenAnOldKey_WhatItSignedIsProvableUntilItsWindowEnds() public {
        Record memory promised = promiseOf(1, UNITS, 3);
        Receipt memory receipt = receiptOf(promised);
        setKey(newKey);
        pass(WINDOW);
        setKey(named("a third key"));
        prove(address(court), demandCall(receipt, promised));
        vm.assertTrue(court.demandOf(receipt.recordHash).state == DemandState.Open);
    }

    function test_GivenKeysChangedInOneNotice_EachTermEndsADayAfterTheNextBegins() public {
        setKey(newKey);
        pass(1 hours);
        setKey(named("a third key"));
        uint40 from = clock.time() + NOTICE;
        vm.assertEq(
            abi.encode(court.keyTermOf(operatorAccount, newKey)),
            abi.encode(KeyTerm(from - 1 hours, from + 1 days))
        );
        vm.assertEq(
            abi.encode(court.keyTermOf(operatorAccount, named("a third key"))),
            abi.encode(KeyTerm(from, ALWAYS))
        );
    }

    function test_GivenAShorterNotice_ItCountsFromTheNextKeyOn() public {
        setKey(newKey);
        KeyTerm memory term = court.keyTermOf(operatorAccount, newKey);
        CourtTerms memory terms = courtTerms();
        terms.keyNoticeSeconds = 1 hours;
        court.setTerms(terms);
        vm.assertEq(abi.encode(court.keyTermOf(operatorAccount, newKey)), abi.encode(term));
        setKey(named("a third key"));
        vm.assertEq(court.keyTermOf(operatorAccount, named("a third key")).from, clock.time() + 1 hours);
    }

    function test_GivenAKeyThatWasUsed_ItIsRefused() public {
        bytes memory refusal = abi.encodeWithSelector(ICourt.Court_KeyUsed.selector, oldKey);
        vm.expectRevert(refusal);
        setKey(oldKey);
        setKey(newKey);
        vm.expectRevert(refusal);
        setKey(oldKey);
        pass(30 days);
        vm.expectRevert(refusal);
        setKey(oldKey);
    }

    function test_GivenNoKeyOrNoAccount_ItReverts() public {
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_ZeroKey.selector));
        setKey(address(0));
        vm.expectRevert(abi.encodeWithSelector(IAccounts.Accounts_NoAccount.selector, named("nobody")));
        vm.prank(named("nobody"));
        court.setReceiptKey(newKey);
    }

    function test_GivenAKeyThatSignsForNobody_ItReverts() public {
        Record memory promised = promiseOf(0, UNITS, 1);
        Receipt memory receipt = receiptOf(promised);
        passPromise(receipt);
        fails(
            address(court),
            demandCall(receipt, signed(receipt, keyOf("stranger")), promised),
            badReceipt(vm.addr(keyOf("stranger")), 0, 0, receipt.recordBy)
        );
        fails(address(court), demandCall(receipt, hex"1234", promised), badReceipt(address(0), 0, 0, receipt.recordBy));
    }

    function test_GivenAnythingElseThanWasSigned_ItReverts() public {
        Record memory promised = promiseOf(0, UNITS, 1);
        Receipt memory receipt = receiptOf(promised);
        bytes memory signature = signed(receipt);
        passPromise(receipt);
        Receipt memory other = receiptOf(promised);
        other.recordBy = receipt.recordBy - 1;
        refusesSignature(demandCall(other, signature, promised));

        // Signed for another contract.
        bytes32 structHash = keccak256("another struct");
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keyOf("receipts"), typedHash(address(ledger), structHash));
        refusesSignature(demandCall(receipt, abi.encodePacked(r, s, v), promised));
    }

    function test_GivenARecordOrAChannelThatTheReceiptDoesNotName_ItReverts() public {
        Record memory promised = promiseOf(0, UNITS, 1);
        Receipt memory receipt = receiptOf(promised);
        passPromise(receipt);
        Record memory other = promiseOf(0, UNITS - 1, 1);
        other.commitment = promised.commitment;
        fails(address(court), demandCall(receipt, other), otherRecord(leafIn(other), receipt.recordHash));
        bytes32 channel = receipt.channel;
        receipt.channel = keccak256("another channel");
        fails(address(court), demandCall(receipt, promised), otherRecord(channel, receipt.channel));
    }

    /// @dev Whether a receipt counts that promises a record by a moment, signed by a key.
    function accepts(uint64 recordBy, string memory key, bool isAccepted) private {
        Record memory promised = promiseOf(0, UNITS, uint256(keccak256(abi.encode(recordBy, key))));
        Receipt memory receipt = receiptOf(promised);
        receipt.recordBy = recordBy;
        bytes memory call = demandCall(receipt, signed(receipt, keyOf(key)), promised);
        if (clock.time() < recordBy) vm.warp(recordBy);
        if (isAccepted) {
            prove(address(court), call);
            return;
        }
        KeyTerm memory term = court.keyTermOf(operatorAccount, vm.addr(keyOf(key)));
        fails(address(court), call, badReceipt(vm.addr(keyOf(key)), term.from, term.until, recordBy));
    }

    function setKey(address key) private {
        vm.prank(operator);
        court.setReceiptKey(key);
    }

    function refusesSignature(bytes memory call) private {
        announce(address(court), challenger, call);
        (bool done, bytes memory reason) = send(address(court), challenger, call);
        vm.assertFalse(done);
        vm.assertEq(uint32(bytes4(reason)), uint32(ICourt.Court_BadReceipt.selector));
    }

    function badReceipt(
        address signer,
        uint40 from,
        uint40 until,
        uint64 recordBy
    ) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ICourt.Court_BadReceipt.selector, signer, from, until, recordBy);
    }

    function otherRecord(bytes32 found, bytes32 expected) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ICourt.Court_OtherRecord.selector, found, expected);
    }
}

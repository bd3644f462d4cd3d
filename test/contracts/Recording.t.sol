// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Book} from "../../contracts/interfaces/ILedger.sol";
import {BatchId, bookOf} from "../../contracts/types/Ids.sol";
import {Market} from "./harness/Market.sol";

contract RecordingTest is Market {
    function record(uint256 payer, uint16 units, bytes memory sketch) internal pure returns (bytes memory) {
        return abi.encodePacked(uint8(payer), units, keccak256(abi.encode(payer, units, sketch)), sketch);
    }

    function test_ABatchChargesItsChannels() public {
        for (uint256 i = 0; i < PAYERS; ++i) cover(i, 1_000);
        bytes memory records = abi.encodePacked(
            record(0, 5, hex"0123456789abcdef"),
            record(1, 7, hex"ffff0000ffff0000"),
            record(0, 3, hex"1111111111111111")
        );
        vm.prank(operator);
        BatchId batch = ledger.recordBatch(model, namedChannels(), "", records);
        vm.assertEq(BatchId.unwrap(batch), 1);
        vm.assertEq(channels.channelOf(channelKey(0)).chargedUnits, 8);
        vm.assertEq(channels.channelOf(channelKey(1)).chargedUnits, 7);
        Book memory book = ledger.bookStateOf(bookOf(model, operatorAccount, 1));
        vm.assertEq(book.units, 15);
    }
}

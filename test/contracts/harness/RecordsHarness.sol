// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Journal} from "../../../contracts/Journal.sol";

struct PlainRow {
    uint32 row;
    uint32 account;
    uint16 weight;
}

struct PlainRecord {
    bytes32 commitment;
    uint32 payer;
    uint64 feeGwei;
    PlainRow[] rows;
    bytes sketch;
}

/// @notice A record decoder written for nothing but clarity, beside which the fast ones are held to the same vectors, and a
/// journal that is told what to write.
contract RecordsHarness is Journal {
    /// @notice Decodes `count` records of a batch and hashes their leaves; the batch must end where they end.
    function decode(
        bytes calldata batch,
        uint256 count,
        uint256 dims
    ) external pure returns (PlainRecord[] memory records, bytes32[] memory leaves) {
        records = new PlainRecord[](count);
        leaves = new bytes32[](count);
        uint256 at = 0;
        for (uint256 i = 0; i < count; ++i) {
            uint256 start = at;
            PlainRecord memory record = records[i];
            record.commitment = bytes32(batch[at:at + 32]);
            record.payer = uint32(bytes4(batch[at + 32:at + 36]));
            record.feeGwei = uint64(bytes8(batch[at + 36:at + 44]));
            record.rows = new PlainRow[](uint8(batch[at + 44]));
            at += 45;
            for (uint256 j = 0; j < record.rows.length; ++j) {
                record.rows[j] = PlainRow({
                    row: uint32(bytes4(batch[at:at + 4])),
                    account: uint32(bytes4(batch[at + 4:at + 8])),
                    weight: uint16(bytes2(batch[at + 8:at + 10]))
                });
                at += 10;
            }
            record.sketch = batch[at:at + dims / 2];
            at += dims / 2;
            leaves[i] = keccak256(abi.encodePacked(i, keccak256(batch[start:at])));
        }
        assert(at == batch.length);
    }

    function commitmentOf(bytes32 requestHash, bytes32 responseHash, bytes32 salt) external pure returns (bytes32) {
        return keccak256(abi.encodePacked(requestHash, responseHash, salt));
    }

    function write(bytes32[] calldata topics, bytes calldata data) external {
        _emit(topics.length, abi.encodePacked(topics, data));
    }
}

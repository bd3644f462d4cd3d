// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BatchHeader} from "../../../contracts/types/Records.sol";
import {PlainTrees} from "./PlainTrees.sol";

/// @notice A record as a batch names it.
/// @param channel Which of the batch's channels pays.
struct PlainRecord {
    uint256 channel;
    uint256 units;
    bytes32 commitment;
    bytes sketch;
}

/// @notice Batches the plain way, record by record and bit by bit (docs/protocol.md, "Records and batches"): what `recordBatch` and
/// voiding are held to.
library PlainBatch {
    function encode(PlainRecord memory record) internal pure returns (bytes memory) {
        return abi.encodePacked(uint8(record.channel), uint16(record.units), record.commitment, record.sketch);
    }

    function encode(PlainRecord[] memory records) internal pure returns (bytes memory batch) {
        uint256 size = records.length == 0 ? 0 : 35 + records[0].sketch.length;
        batch = new bytes(size * records.length);
        for (uint256 i = 0; i < records.length; ++i) {
            bytes memory record = encode(records[i]);
            for (uint256 b = 0; b < size; ++b) batch[i * size + b] = record[b];
        }
    }

    function decode(bytes memory batch, uint256 sketchBytes) internal pure returns (PlainRecord[] memory records) {
        uint256 size = 35 + sketchBytes;
        records = new PlainRecord[](batch.length / size);
        for (uint256 i = 0; i < records.length; ++i) {
            uint256 at = i * size;
            records[i] = PlainRecord({
                channel: numberAt(batch, at, 1),
                units: numberAt(batch, at + 1, 2),
                commitment: bytes32(numberAt(batch, at + 3, 32)),
                sketch: sliceOf(batch, at + 35, sketchBytes)
            });
        }
    }

    /// @notice payer uint32 ‖ salt uint32 of each channel, as its id.
    function channelsIn(
        bytes memory named,
        uint32 operator,
        uint32 model
    ) internal pure returns (bytes32[] memory channels) {
        channels = new bytes32[](named.length / 8);
        for (uint256 i = 0; i < channels.length; ++i) {
            channels[i] = keccak256(
                abi.encodePacked(
                    uint32(numberAt(named, 8 * i, 4)),
                    operator,
                    model,
                    uint32(numberAt(named, 8 * i + 4, 4))
                )
            );
        }
    }

    function leafOf(bytes32 channel, PlainRecord memory record) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(channel, uint16(record.units), record.commitment, record.sketch));
    }

    /// @param gone Which records were voided or set aside.
    function leavesOf(
        bytes32[] memory channels,
        PlainRecord[] memory records,
        bool[] memory gone
    ) internal pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](records.length);
        for (uint256 i = 0; i < leaves.length; ++i) {
            leaves[i] = leafOf(channels[records[i].channel], records[i]);
            if (gone[i]) leaves[i] = keccak256(abi.encodePacked(bytes1(0), leaves[i]));
        }
    }

    function unitsOf(PlainRecord[] memory records, bool[] memory gone) internal pure returns (uint256 units) {
        for (uint256 i = 0; i < records.length; ++i) {
            if (!gone[i]) units += records[i].units;
        }
    }

    /// @notice Whether dimension `d` of a query sketch is 1.
    function bitOf(bytes memory sketch, uint256 d) internal pure returns (bool) {
        return (uint8(sketch[d / 8]) >> (7 - (d % 8))) & 1 == 1;
    }

    /// @notice `P_d`: for each dimension the fees whose bit is 1.
    function sumOf(
        PlainRecord[] memory records,
        bool[] memory gone,
        uint256 dims
    ) internal pure returns (uint256[] memory sum) {
        sum = new uint256[](dims);
        for (uint256 i = 0; i < records.length; ++i) {
            if (gone[i]) continue;
            for (uint256 d = 0; d < dims; ++d) {
                if (bitOf(records[i].sketch, d)) sum[d] += records[i].units;
            }
        }
    }

    /// @notice The bytes of a batch's sum: of each 256 dimensions 32 words `j`, whose lane `i` is dimension `32 · i + j`.
    function sumBytes(uint256[] memory sum) internal pure returns (bytes memory data) {
        for (uint256 from = 0; from < sum.length; from += 256) {
            for (uint256 j = 0; j < 32; ++j) {
                uint32[8] memory lanes;
                for (uint256 i = 0; i < 8; ++i) {
                    uint256 d = from + 32 * i + j;
                    if (d < sum.length) lanes[i] = uint32(sum[d]);
                }
                bytes memory word = abi.encodePacked(lanes[0], lanes[1], lanes[2], lanes[3]);
                data = abi.encodePacked(data, word, lanes[4], lanes[5], lanes[6], lanes[7]);
            }
        }
    }

    /// @notice What a header names of a batch, from its channels and records.
    function fill(
        BatchHeader memory header,
        bytes32[] memory channels,
        PlainRecord[] memory records,
        bool[] memory gone,
        uint256 dims
    ) internal pure {
        header.count = uint32(records.length);
        header.units = uint64(unitsOf(records, gone));
        header.root = PlainTrees.orderedRoot(leavesOf(channels, records, gone));
        header.sumHash = dims == 0 ? bytes32(0) : keccak256(sumBytes(sumOf(records, gone, dims)));
    }

    function commitmentOf(BatchHeader memory header) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    header.book,
                    header.number,
                    header.recordedIn,
                    header.count,
                    header.units,
                    header.root,
                    header.sumHash
                )
            );
    }

    function numberAt(bytes memory data, uint256 at, uint256 size) internal pure returns (uint256 value) {
        for (uint256 i = 0; i < size; ++i) value = (value << 8) | uint8(data[at + i]);
    }

    function sliceOf(bytes memory data, uint256 at, uint256 size) internal pure returns (bytes memory slice) {
        slice = new bytes(size);
        for (uint256 i = 0; i < size; ++i) slice[i] = data[at + i];
    }
}

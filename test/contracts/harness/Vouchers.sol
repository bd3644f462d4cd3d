// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ChannelKey} from "../../../contracts/interfaces/IChannels.sol";
import {ChannelId} from "../../../contracts/types/Ids.sol";
import {World} from "./World.sol";

/// @notice Signs vouchers from the words of docs/protocol.md alone.
abstract contract Vouchers is World {
    function idOf(ChannelKey memory key) internal pure returns (ChannelId) {
        return ChannelId.wrap(keccak256(abi.encodePacked(key.payer, key.operator, key.model, key.salt)));
    }

    /// @dev The compact signature (EIP-2098) of a voucher on the present chain.
    function compact(
        ChannelKey memory key,
        uint256 signingKey,
        uint128 amountWei
    ) internal view returns (bytes32 r, bytes32 vs) {
        (uint8 v, bytes32 r_, bytes32 s) = vm.sign(signingKey, voucherHash(address(channels), key, amountWei));
        return (r_, bytes32((uint256(v - 27) << 255) | uint256(s)));
    }

    function voucherHash(address verifying, ChannelKey memory key, uint128 amountWei) internal view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Attribution Ledger"),
                keccak256("2"),
                block.chainid,
                verifying
            )
        );
        bytes32 signed = keccak256(
            abi.encode(keccak256("Voucher(bytes32 channelId,uint128 maxClaimableAmount)"), idOf(key), amountWei)
        );
        return keccak256(abi.encodePacked(hex"1901", domain, signed));
    }

    /// @dev A voucher as a batch carries it.
    function voucherBytes(
        uint256 place,
        ChannelKey memory key,
        uint256 signingKey,
        uint128 amountWei
    ) internal view returns (bytes memory) {
        (bytes32 r, bytes32 vs) = compact(key, signingKey, amountWei);
        return abi.encodePacked(uint8(place), amountWei, r, vs);
    }
}

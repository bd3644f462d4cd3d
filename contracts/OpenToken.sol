// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

/// @title OpenToken
/// @notice OPEN: what fees are paid in and what governance votes with. The supply is minted once and never grows; what is
/// slashed from bonds and goes to nobody is burnt.
/// @dev Authorisations (ERC-3009) take the standard's random nonces, which existing payment clients sign; OpenZeppelin's
/// variant with sequential keyed nonces would refuse them. Votes are counted by timestamp (ERC-6372).
///
/// A contract that cannot give stray OPEN back may refuse to be sent any: transfers to it revert, so that nothing is lost by
/// mistake. What it collects itself (`transferFrom`), and what a contract pays out with `send`, is not asked for this.
contract OpenToken is ERC20, ERC20Burnable, ERC20Permit, ERC3009, ERC20Votes {
    uint256 public constant SUPPLY = 1e9 * 1e18;

    /// @notice Whether transfers to an address revert.
    mapping(address holder => bool) public refuses;

    event TransfersRefused(address indexed holder);

    /// @notice The receiver refuses transfers: pay by the function of that contract which collects.
    error OpenToken_Refused(address receiver);

    constructor(address holder) ERC20("Open", "OPEN") ERC20Permit("Open") {
        _mint(holder, SUPPLY);
        refuses[address(this)] = true;
    }

    /// @notice Lets no one send OPEN to the caller by mistake, for good.
    function refuseTransfers() external {
        refuses[msg.sender] = true;
        emit TransfersRefused(msg.sender);
    }

    /// @notice A transfer without the question whether the receiver wants it, for contracts that know where they pay.
    function send(address to, uint256 value) external {
        _transfer(msg.sender, to, value);
    }

    function transfer(address to, uint256 value) public override returns (bool) {
        _requireWelcome(to);
        return super.transfer(to, value);
    }

    function clock() public view override returns (uint48) {
        return Time.timestamp();
    }

    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }

    function _transferWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce
    ) internal override {
        _requireWelcome(to);
        super._transferWithAuthorization(from, to, value, validAfter, validBefore, nonce);
    }

    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Votes) {
        super._update(from, to, value);
    }

    function _requireWelcome(address to) private view {
        require(msg.sender == to || !refuses[to], OpenToken_Refused(to));
    }
}

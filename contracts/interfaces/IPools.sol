// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {AccountId, ContributionId, VersionId} from "../types/Ids.sol";
import {IAccounts} from "./IAccounts.sol";
import {IDatasets} from "./IDatasets.sol";
import {IJournal} from "./IJournal.sol";

/// @notice A pool as it stands. Amounts in gwei-OPEN.
/// @param wallet Where it is paid: the payout address of its account, for good.
/// @param itemCount Items of all its contributions together.
/// @param receivedGwei All that ever arrived, claimed or not.
/// @param claimedGwei What contributors have been paid of it.
struct Pool {
    address wallet;
    uint64 itemCount;
    uint64 receivedGwei;
    uint64 claimedGwei;
}

/// @title Pools
/// @notice Divides what models with the rule `EqualSplit` earn for their contributors, equally among the items of their dataset
/// versions, whatever was answered.
/// @dev A pool is an account that belongs to dataset versions and to nobody: models trained on the same versions pay into the
/// same pool. The Ledger credits it like any account, so what it is credited can be struck while it is pending, and anyone
/// claims it into the pool's wallet once it has matured. From there
///
///     share(contribution) = received · itemCount(contribution) / itemCount(pool)      rounded down to a gwei
///
/// of all that ever arrived, so that nothing depends on who claims first or how often, and Σ shares ≤ received. What rounding
/// leaves, less than a gwei a contribution, stays in the wallet and counts towards what arrives later.
interface IPools is IJournal {
    event PoolOpened(uint32 indexed pool, address indexed wallet, uint64 itemCount, VersionId[] versions);
    event ShareClaimed(
        uint32 indexed pool,
        bytes32 indexed contribution,
        uint32 indexed contributor,
        address to,
        uint64 amountGwei
    );

    error Pools_VersionsOutOfRange(uint256 count, uint256 max);
    error Pools_DatasetsUnsorted(VersionId previous, VersionId version);
    error Pools_UnknownPool(AccountId pool);
    error Pools_NotIncluded(AccountId pool, ContributionId contribution);
    error Pools_NothingToClaim(AccountId pool);

    /// @notice The pool of these dataset versions, opened by whoever asks first: it is the same whoever that is.
    /// @param versions Frozen versions of one dataset each, ascending, at least one, at most 8. Two versions of a dataset share
    /// contributions, and each is to count once.
    /// @return pool The pool's account.
    function open(VersionId[] calldata versions) external returns (AccountId pool);

    /// @notice Pays contributions what is left of their shares, each to its contributor's payout address. Anyone may call it and
    /// pay the gas. Those with nothing left are passed over, unless all are.
    /// @dev What the Ledger still holds for the pool is not counted: `Ledger.claim(pool)` first.
    function claim(AccountId pool, ContributionId[] calldata contributions) external returns (uint64 totalGwei);

    /// @notice What `contribution` could claim of the pool now, and what it has claimed.
    function shareOf(
        AccountId pool,
        ContributionId contribution
    ) external view returns (uint64 claimableGwei, uint64 claimedGwei);

    /// @notice Whether a contribution is in one of the pool's versions.
    function includes(AccountId pool, ContributionId contribution) external view returns (bool);

    /// @notice The pool of these versions, zero while nobody has opened it.
    function poolOf(VersionId[] calldata versions) external view returns (AccountId pool);

    function stateOf(AccountId pool) external view returns (Pool memory);

    function versionsOf(AccountId pool) external view returns (VersionId[] memory);

    function token() external view returns (IERC20);

    function accounts() external view returns (IAccounts);

    function datasets() external view returns (IDatasets);
}

// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IAccounts} from "./interfaces/IAccounts.sol";
import {Contribution, IDatasets} from "./interfaces/IDatasets.sol";
import {IPools, Pool} from "./interfaces/IPools.sol";
import {Journal} from "./Journal.sol";
import {PoolWallet} from "./PoolWallet.sol";
import {AccountId, ContributionId, DatasetId, datasetOf, VersionId} from "./types/Ids.sol";

/// @title Pools
/// @dev What each function promises stands in `IPools`. A pool's wallet only gains OPEN or pays it out here, so what it received
/// is what it holds and what was claimed, and never falls.
contract Pools is IPools, Journal {
    using SafeERC20 for IERC20;

    /// @dev One slot.
    struct Book {
        uint64 itemCount;
        uint64 claimedGwei;
    }

    uint256 public constant MAX_VERSIONS = 8;
    uint256 private constant WEI_PER_GWEI = 1e9;

    /// @inheritdoc IPools
    IERC20 public immutable token;

    /// @inheritdoc IPools
    IAccounts public immutable accounts;

    /// @inheritdoc IPools
    IDatasets public immutable datasets;

    mapping(bytes32 versionsHash => AccountId pool) private _pools;
    mapping(AccountId pool => Book) private _books;
    mapping(AccountId pool => VersionId[]) private _versions;
    mapping(AccountId pool => mapping(ContributionId contribution => uint64 amountGwei)) private _claimed;

    constructor(IERC20 token_, IAccounts accounts_, IDatasets datasets_) {
        token = token_;
        accounts = accounts_;
        datasets = datasets_;
    }

    /// @inheritdoc IPools
    function open(VersionId[] calldata versions) external returns (AccountId pool) {
        bytes32 versionsHash = _hashOf(versions);
        pool = _pools[versionsHash];
        if (AccountId.unwrap(pool) != 0) return pool;
        uint64 itemCount = _countItems(versions);

        address wallet = address(new PoolWallet{salt: versionsHash}(token));
        // Where a wallet will be is known before, and anyone may have opened its account: it belongs to the wallet all the same.
        pool = accounts.accountOf(wallet);
        if (AccountId.unwrap(pool) == 0) pool = accounts.open(wallet);
        _pools[versionsHash] = pool;
        _books[pool].itemCount = itemCount;
        _versions[pool] = versions;

        _emit(3, abi.encodePacked(abi.encode(PoolOpened.selector, pool, wallet), abi.encode(itemCount, versions)));
    }

    /// @inheritdoc IPools
    function claim(AccountId pool, ContributionId[] calldata contributions) external returns (uint64 totalGwei) {
        Pool memory state = stateOf(pool);
        for (uint256 i = 0; i < contributions.length; ++i) totalGwei += _claim(pool, state, contributions[i]);
        require(totalGwei != 0, Pools_NothingToClaim(pool));
    }

    /// @inheritdoc IPools
    function shareOf(
        AccountId pool,
        ContributionId contribution
    ) external view returns (uint64 claimableGwei, uint64 claimedGwei) {
        (claimableGwei, ) = _due(pool, stateOf(pool), contribution);
        return (claimableGwei, _claimed[pool][contribution]);
    }

    /// @inheritdoc IPools
    function poolOf(VersionId[] calldata versions) external view returns (AccountId) {
        return _pools[_hashOf(versions)];
    }

    /// @inheritdoc IPools
    function versionsOf(AccountId pool) external view returns (VersionId[] memory) {
        _requireBook(pool);
        return _versions[pool];
    }

    /// @inheritdoc IPools
    function stateOf(AccountId pool) public view returns (Pool memory) {
        Book memory book = _requireBook(pool);
        address wallet = accounts.payoutOf(pool);
        uint64 heldGwei = uint64(token.balanceOf(wallet) / WEI_PER_GWEI);
        return
            Pool({
                wallet: wallet,
                itemCount: book.itemCount,
                receivedGwei: heldGwei + book.claimedGwei,
                claimedGwei: book.claimedGwei
            });
    }

    /// @inheritdoc IPools
    function includes(AccountId pool, ContributionId contribution) public view returns (bool) {
        VersionId[] storage versions = _versions[pool];
        for (uint256 i = 0; i < versions.length; ++i) {
            if (datasets.includes(versions[i], contribution)) return true;
        }
        return false;
    }

    function _claim(
        AccountId pool,
        Pool memory state,
        ContributionId contribution
    ) private returns (uint64 amountGwei) {
        AccountId contributor;
        (amountGwei, contributor) = _due(pool, state, contribution);
        if (amountGwei == 0) return 0;
        address to = accounts.payoutOf(contributor);

        _claimed[pool][contribution] += amountGwei;
        _books[pool].claimedGwei += amountGwei;

        _emit(4, abi.encode(ShareClaimed.selector, pool, contribution, contributor, to, amountGwei));
        token.safeTransferFrom(state.wallet, to, amountGwei * WEI_PER_GWEI);
    }

    /// @dev What is left of a contribution's share, and who contributed it.
    function _due(
        AccountId pool,
        Pool memory state,
        ContributionId contribution
    ) private view returns (uint64 amountGwei, AccountId contributor) {
        require(includes(pool, contribution), Pools_NotIncluded(pool, contribution));
        Contribution memory stored = datasets.contributionOf(contribution);
        uint256 shareGwei = (uint256(state.receivedGwei) * stored.itemCount) / state.itemCount;
        return (uint64(shareGwei) - _claimed[pool][contribution], stored.contributor);
    }

    /// @dev No contribution is in versions of two datasets, so none is counted twice.
    function _countItems(VersionId[] calldata versions) private view returns (uint64 itemCount) {
        require(
            versions.length != 0 && versions.length <= MAX_VERSIONS,
            Pools_VersionsOutOfRange(versions.length, MAX_VERSIONS)
        );
        VersionId previous;
        for (uint256 i = 0; i < versions.length; ++i) {
            VersionId version = versions[i];
            require(
                DatasetId.unwrap(datasetOf(version)) > DatasetId.unwrap(datasetOf(previous)),
                Pools_DatasetsUnsorted(previous, version)
            );
            itemCount += datasets.versionOf(version).itemCount;
            previous = version;
        }
    }

    function _requireBook(AccountId pool) private view returns (Book memory book) {
        book = _books[pool];
        require(book.itemCount != 0, Pools_UnknownPool(pool));
    }

    function _hashOf(VersionId[] calldata versions) private pure returns (bytes32) {
        return keccak256(abi.encode(versions));
    }
}

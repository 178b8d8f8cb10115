<?php
/**
 * Plugin Name: placet consent for WooCommerce
 * Description: Boxes for channel consent at the checkout, at registration and in the account. Tells placet what customers choose, and asks it to erase.
 * Version: 0.1.0
 * Requires at least: 6.6
 * Requires PHP: 7.4
 * Requires Plugins: woocommerce
 * License: MIT OR Apache-2.0
 *
 * placet writes what people choose elsewhere into the user meta `placet_<channel>_<purpose>`: `opt_in` or `opt_out`.
 */

defined( 'ABSPATH' ) || exit;

const PLACET_OPTION = 'placet_consent';
const PLACET_TOPIC  = 'wc_placet_consent';

/** Returns the settings: `hook_url`, `hook_secret`, and `boxes`, a list of channel, purpose and label. */
function placet_settings() {
	$saved = get_option( PLACET_OPTION, array() );
	return array_merge( array( 'hook_url' => '', 'hook_secret' => '', 'boxes' => array() ), is_array( $saved ) ? $saved : array() );
}

/** Reads the boxes from lines such as `email newsletter Yes, write to me about new coffees.` */
function placet_boxes_in( $text ) {
	$boxes = array();
	foreach ( preg_split( '/\R/', (string) $text ) as $line ) {
		if ( preg_match( '/^\s*(email|sms|phone|whatsapp)\s+([a-z][a-z0-9_]{0,62})\s+(\S.*)$/', $line, $part ) ) {
			$boxes[] = array( 'channel' => $part[1], 'purpose' => $part[2], 'label' => sanitize_text_field( $part[3] ) );
		}
	}
	return $boxes;
}

function placet_field( $box ) {
	return "placet/{$box['channel']}-{$box['purpose']}";
}

function placet_meta( $box ) {
	return "placet_{$box['channel']}_{$box['purpose']}";
}

/* Settings: WooCommerce > placet. */

add_action( 'admin_menu', function () {
	add_submenu_page( 'woocommerce', 'placet', 'placet', 'manage_woocommerce', 'placet', 'placet_settings_page' );
} );

add_action( 'admin_init', function () {
	register_setting( 'placet', PLACET_OPTION, array( 'sanitize_callback' => 'placet_sanitized' ) );
} );

function placet_sanitized( $given ) {
	$before = placet_settings();
	$secret = trim( (string) ( $given['hook_secret'] ?? '' ) );
	return array(
		'hook_url'    => esc_url_raw( trim( (string) ( $given['hook_url'] ?? '' ) ), array( 'https', 'http' ) ),
		// The secret is never shown again, so an empty field keeps it.
		'hook_secret' => '' === $secret ? $before['hook_secret'] : preg_replace( '/[^A-Za-z0-9]/', '', $secret ),
		'boxes'       => is_array( $given['boxes'] ?? null ) ? $given['boxes'] : placet_boxes_in( $given['boxes'] ?? '' ),
	);
}

function placet_settings_page() {
	$own   = placet_settings();
	$lines = array_map( fn( $box ) => "{$box['channel']} {$box['purpose']} {$box['label']}", $own['boxes'] );
	?>
	<div class="wrap">
		<h1>placet</h1>
		<form method="post" action="options.php">
			<?php settings_fields( 'placet' ); ?>
			<p><label>The <code>hook_url</code> of the connection<br><input class="regular-text" type="url" name="<?php echo esc_attr( PLACET_OPTION ); ?>[hook_url]" value="<?php echo esc_attr( $own['hook_url'] ); ?>"></label></p>
			<p><label>Its <code>hook_secret</code> (<?php echo '' === $own['hook_secret'] ? 'none yet' : 'it is stored; leave the field empty to keep it'; ?>)<br><input class="regular-text" type="password" autocomplete="off" name="<?php echo esc_attr( PLACET_OPTION ); ?>[hook_secret]" value=""></label></p>
			<p><label>The boxes, one a line: channel, purpose, and the words that the customer reads<br><textarea class="large-text" rows="5" name="<?php echo esc_attr( PLACET_OPTION ); ?>[boxes]" placeholder="email newsletter Yes, write to me about new coffees. I can stop that at any time."><?php echo esc_textarea( implode( "\n", $lines ) ); ?></textarea></label></p>
			<?php submit_button(); ?>
		</form>
	</div>
	<?php
}

/* The webhooks that tell placet. They are made when the settings are saved, and again if they are gone or disabled. */

add_action( 'update_option_' . PLACET_OPTION, 'placet_webhooks' );
add_action( 'add_option_' . PLACET_OPTION, 'placet_webhooks' );
add_action( 'placet_daily', 'placet_webhooks' );
add_action( 'init', function () {
	if ( ! wp_next_scheduled( 'placet_daily' ) ) {
		wp_schedule_event( time(), 'daily', 'placet_daily' );
	}
} );
register_deactivation_hook( __FILE__, function () {
	wp_clear_scheduled_hook( 'placet_daily' );
} );

function placet_webhooks() {
	$own = placet_settings();
	if ( '' === $own['hook_url'] || '' === $own['hook_secret'] || ! class_exists( 'WC_Webhook' ) ) {
		return;
	}
	$known = array();
	foreach ( WC_Data_Store::load( 'webhook' )->search_webhooks( array( 'limit' => -1 ) ) as $id ) {
		$hook = wc_get_webhook( $id );
		if ( $hook && 0 === strpos( $hook->get_name(), 'placet: ' ) ) {
			$known[ $hook->get_topic() ] = $hook;
		}
	}
	foreach ( array( 'customer.created', 'customer.updated', 'customer.deleted', 'order.created', 'action.' . PLACET_TOPIC ) as $topic ) {
		$hook = $known[ $topic ] ?? new WC_Webhook();
		$hook->set_name( "placet: $topic" );
		$hook->set_topic( $topic );
		$hook->set_delivery_url( $own['hook_url'] );
		$hook->set_secret( $own['hook_secret'] );
		$hook->set_status( 'active' );
		$hook->set_user_id( $hook->get_user_id() ? $hook->get_user_id() : get_current_user_id() );
		$hook->save();
	}
}

/* The checkout made of blocks: additional checkout fields of WooCommerce, which are stored with the order. */

add_action( 'woocommerce_init', function () {
	if ( ! function_exists( 'woocommerce_register_additional_checkout_field' ) ) {
		return;
	}
	foreach ( placet_settings()['boxes'] as $box ) {
		woocommerce_register_additional_checkout_field( array(
			'id'       => placet_field( $box ),
			'label'    => $box['label'],
			'location' => 'order',
			'type'     => 'checkbox',
			'required' => false,
		) );
	}
} );

/* The classic checkout: the same boxes, stored under the same keys. */

add_action( 'woocommerce_review_order_before_submit', function () {
	foreach ( placet_settings()['boxes'] as $box ) {
		placet_box( $box, false );
	}
} );

add_action( 'woocommerce_checkout_create_order', function ( $order ) {
	foreach ( placet_settings()['boxes'] as $box ) {
		// phpcs:ignore WordPress.Security.NonceVerification -- WooCommerce has verified the checkout's nonce.
		$order->update_meta_data( '_wc_other/' . placet_field( $box ), isset( $_POST[ placet_meta( $box ) ] ) ? '1' : '0' );
	}
} );

/** Prints a box. It is never ticked before the customer ticks it, unless the customer has opted in before. */
function placet_box( $box, $ticked ) {
	printf(
		'<p class="form-row"><label class="checkbox"><input type="checkbox" name="%s" value="1"%s> <span>%s</span></label></p>',
		esc_attr( placet_meta( $box ) ),
		checked( $ticked, true, false ),
		esc_html( $box['label'] )
	);
}

/* Registration, and the customer's account. */

add_action( 'woocommerce_register_form', function () {
	foreach ( placet_settings()['boxes'] as $box ) {
		placet_box( $box, false );
	}
} );

add_action( 'woocommerce_created_customer', function ( $id ) {
	placet_save( $id, false );
} );

add_action( 'woocommerce_edit_account_form', function () {
	foreach ( placet_settings()['boxes'] as $box ) {
		placet_box( $box, 'opt_in' === get_user_meta( get_current_user_id(), placet_meta( $box ), true ) );
	}
} );

add_action( 'woocommerce_save_account_details', function ( $id ) {
	placet_save( $id, true );
} );

/** Stores what a customer has chosen, and tells placet at once, with the time. `$is_known`: the account existed before. */
function placet_save( $id, $is_known ) {
	$user = get_userdata( $id );
	foreach ( placet_settings()['boxes'] as $box ) {
		$before = get_user_meta( $id, placet_meta( $box ), true );
		// phpcs:ignore WordPress.Security.NonceVerification -- WooCommerce has verified the form's nonce.
		$ticked = isset( $_POST[ placet_meta( $box ) ] );
		// A box that stays empty was shown and not ticked. That is no opt-out.
		$choice = $ticked ? 'opt_in' : ( $is_known && 'opt_in' === $before ? 'opt_out' : 'declined' );
		$stored = 'declined' === $choice ? ( '' === $before ? '0' : $before ) : $choice;
		if ( $stored === $before ) {
			continue;
		}
		update_user_meta( $id, placet_meta( $box ), $stored );
		placet_tell( $user->user_email, $choice, $box );
	}
}

/** Tells placet of an act by the webhook of the topic `action.wc_placet_consent`. */
function placet_tell( $email, $choice, $box = null, $evidence = array() ) {
	$act = array( 'email' => $email, 'choice' => $choice, 'occurred_at' => gmdate( 'Y-m-d\TH:i:s\Z' ) );
	if ( $box ) {
		$act += array( 'channel' => $box['channel'], 'purpose' => $box['purpose'] );
	}
	do_action( PLACET_TOPIC, $act + $evidence );
}

/* The privacy tools of WordPress. */

add_filter( 'wp_privacy_personal_data_exporters', function ( $exporters ) {
	$exporters['placet'] = array(
		'exporter_friendly_name' => 'placet: consent',
		'callback'               => function ( $email ) {
			$user = get_user_by( 'email', $email );
			$data = array();
			foreach ( $user ? placet_settings()['boxes'] : array() as $box ) {
				$data[] = array( 'name' => $box['label'], 'value' => (string) get_user_meta( $user->ID, placet_meta( $box ), true ) );
			}
			$items = $data ? array( array( 'group_id' => 'placet', 'group_label' => 'Consent', 'item_id' => "placet-{$user->ID}", 'data' => $data ) ) : array();
			return array( 'data' => $items, 'done' => true );
		},
	);
	return $exporters;
} );

add_filter( 'wp_privacy_personal_data_erasers', function ( $erasers ) {
	$erasers['placet'] = array(
		'eraser_friendly_name' => 'placet: consent',
		'callback'             => function ( $email ) {
			$user = get_user_by( 'email', $email );
			foreach ( $user ? placet_settings()['boxes'] : array() as $box ) {
				delete_user_meta( $user->ID, placet_meta( $box ) );
			}
			placet_tell( $email, 'erase' );
			return array(
				'items_removed'  => true,
				'items_retained' => false,
				'messages'       => array( 'placet was asked to erase what it holds on this person. It keeps a certificate.' ),
				'done'           => true,
			);
		},
	);
	return $erasers;
} );

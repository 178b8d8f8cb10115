<?php
// The WordPress plugin, with the few functions of WordPress and WooCommerce that it calls. Prints what failed and exits 1.

define( 'ABSPATH', __DIR__ );

$hooks   = array();
$options = array();
$metas   = array();
$told    = array();
$users   = array( 7 => (object) array( 'ID' => 7, 'user_email' => 'ada@example.com' ) );

function add_action( $name, $call ) { global $hooks; $hooks[ $name ][] = $call; }
function add_filter( $name, $call ) { add_action( $name, $call ); }
function do_action( $name, ...$given ) {
	global $hooks, $told;
	if ( 'wc_placet_consent' === $name ) {
		$told[] = $given[0];
	}
	foreach ( $hooks[ $name ] ?? array() as $call ) {
		$call( ...$given );
	}
}
function register_deactivation_hook() {}
function get_option( $name, $default ) { global $options; return $options[ $name ] ?? $default; }
function get_user_meta( $id, $key ) { global $metas; return $metas[ $id ][ $key ] ?? ''; }
function update_user_meta( $id, $key, $value ) { global $metas; $metas[ $id ][ $key ] = $value; }
function delete_user_meta( $id, $key ) { global $metas; unset( $metas[ $id ][ $key ] ); }
function get_userdata( $id ) { global $users; return $users[ $id ]; }
function get_user_by( $field, $email ) { global $users; return $users[7]->user_email === $email ? $users[7] : false; }
function sanitize_text_field( $text ) { return trim( strip_tags( $text ) ); }
function esc_attr( $text ) { return htmlspecialchars( $text, ENT_QUOTES ); }
function esc_html( $text ) { return htmlspecialchars( $text, ENT_QUOTES ); }
function esc_url_raw( $url ) { return $url; }
function checked( $one, $other ) { return $one === $other ? ' checked="checked"' : ''; }
function woocommerce_register_additional_checkout_field( $field ) { global $fields; $fields[] = $field; }

class Order {
	public $meta = array();
	function update_meta_data( $key, $value ) { $this->meta[ $key ] = $value; }
}

require __DIR__ . '/../../src/platforms/woocommerce/plugin/placet-consent.php';

$failed = 0;
function is( $expected, $found, $what ) {
	global $failed;
	if ( $expected !== $found ) {
		++$failed;
		fwrite( STDERR, "$what: expected " . json_encode( $expected ) . ', found ' . json_encode( $found ) . "\n" );
	}
}

$lines = "email newsletter Yes, write to me <b>about</b> coffee.\nnonsense\nsms offers Offers by text message\nfax news No\n";
$boxes = placet_boxes_in( $lines );
is( 2, count( $boxes ), 'only lines of a known channel are boxes' );
is( array( 'channel' => 'email', 'purpose' => 'newsletter', 'label' => 'Yes, write to me about coffee.' ), $boxes[0], 'a box' );

$options['placet_consent'] = array( 'hook_url' => 'https://consent.example/h/x', 'hook_secret' => 'abc', 'boxes' => $boxes );
is( 'abc', placet_sanitized( array( 'hook_secret' => '', 'boxes' => $lines ) )['hook_secret'], 'an empty field keeps the secret' );
is( 'ab12', placet_sanitized( array( 'hook_secret' => ' a&b12" ' ) )['hook_secret'], 'a secret has letters and digits only' );

do_action( 'woocommerce_init' );
is( array( 'placet/email-newsletter', 'placet/sms-offers' ), array_column( $fields, 'id' ), 'the boxes of the block checkout' );

$_POST = array( 'placet_email_newsletter' => '1' );
$order = new Order();
do_action( 'woocommerce_checkout_create_order', $order );
is( array( '_wc_other/placet/email-newsletter' => '1', '_wc_other/placet/sms-offers' => '0' ), $order->meta, 'the classic checkout stores both boxes' );

ob_start();
do_action( 'woocommerce_review_order_before_submit' );
is( false, strpos( ob_get_clean(), 'checked=' ), 'no box is ticked beforehand' );

// Registration: one box ticked, the other shown and left.
do_action( 'woocommerce_created_customer', 7 );
is( array( 'placet_email_newsletter' => 'opt_in', 'placet_sms_offers' => '0' ), $metas[7], 'what a registration stores' );
is( array( 'opt_in', 'declined' ), array_column( $told, 'choice' ), 'what a registration tells' );
is( 1, preg_match( '/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/', $told[0]['occurred_at'] ), 'the time is in UTC' );

// Saving the account without a change tells nothing; taking the tick away is an opt-out.
$told = array();
do_action( 'woocommerce_save_account_details', 7 );
is( array(), $told, 'no change, no act' );
$_POST = array();
do_action( 'woocommerce_save_account_details', 7 );
is( array( array( 'opt_out', 'newsletter' ) ), array_map( fn( $act ) => array( $act['choice'], $act['purpose'] ), $told ), 'the tick is taken away' );
is( 'opt_out', $metas[7]['placet_email_newsletter'], 'the opt-out is stored' );
$told = array();
do_action( 'woocommerce_save_account_details', 7 );
is( array(), $told, 'an opt-out is told once' );

// placet has written an opt-in that came on another way.
$metas[7]['placet_sms_offers'] = 'opt_in';
ob_start();
function get_current_user_id() { return 7; }
do_action( 'woocommerce_edit_account_form' );
is( 1, substr_count( ob_get_clean(), 'checked=' ), 'the account shows what stands' );

$export = $hooks['wp_privacy_personal_data_exporters'][0]( array() )['placet']['callback'];
is( 'opt_out', $export( 'ada@example.com' )['data'][0]['data'][0]['value'], 'the export of WordPress' );
$told  = array();
$erase = $hooks['wp_privacy_personal_data_erasers'][0]( array() )['placet']['callback'];
is( true, $erase( 'ada@example.com' )['done'], 'the eraser of WordPress' );
is( array( 'erase' ), array_column( $told, 'choice' ), 'placet is asked to erase' );
is( array(), $metas[7], 'nothing is left of the person' );
is( array( 'erase', 'erase' ), array_column( $erase( 'guest@example.com' ) ? $told : array(), 'choice' ), 'a guest is erased too' );

exit( $failed ? 1 : 0 );
